// SPDX-License-Identifier: Apache-2.0
#include "core/control/files.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

#include "tests/unit/host/temp_folder.hpp"

namespace amibroker::control {
namespace {

using ::testing::HasSubstr;

class FilesTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string why_not() const {
    try {
      const Files files(folder.path());
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return {};
  }
  host::TempFolder folder;
};

TEST_F(FilesTest, AreWhatABrowserNeedsWithItsType) {
  folder.write("index.html", "<p>");
  folder.write("main.js", "1");
  folder.write("a.css", "");
  folder.write("icon.svg", "<svg/>");
  const Files files(folder.path());
  EXPECT_EQ(files.size(), 4U);
  EXPECT_EQ(files.find("/")->content, "<p>");
  EXPECT_EQ(files.find("/")->type, "text/html; charset=utf-8");
  EXPECT_EQ(files.find("/main.js")->type, "text/javascript; charset=utf-8");
  EXPECT_EQ(files.find("/a.css")->type, "text/css; charset=utf-8");
  EXPECT_EQ(files.find("/icon.svg")->type, "image/svg+xml");
}

TEST_F(FilesTest, NothingElseIsEverFound) {
  host::TempFolder other;
  folder.write("index.html", "<p>");
  folder.write(".htpasswd", "x");
  folder.write("notes.txt", "x");
  folder.write("key.pem", "x");
  std::filesystem::create_directory(folder.path() / "sub.js");
  folder.write("sub.js/inner.js", "x");
  std::filesystem::create_symlink(other.write("secret.js", "x"), folder.path() / "link.js");
  const Files files(folder.path());
  EXPECT_EQ(files.size(), 1U);
  for (const auto* const path : {"", "index.html", "//", "/.", "/./index.html", "/index.html/", "/INDEX.HTML",
                                 "/sub.js/inner.js", "/link.js", "/.htpasswd", "/../index.html", "/%69ndex.html"})
    EXPECT_EQ(files.find(path), nullptr) << path;
}

TEST_F(FilesTest, WhatIsAddedLaterIsNotServed) {
  folder.write("index.html", "before");
  const Files files(folder.path());
  folder.write("index.html", "after");
  folder.write("more.js", "x");
  EXPECT_EQ(files.find("/")->content, "before");
  EXPECT_EQ(files.find("/more.js"), nullptr);
}

TEST_F(FilesTest, SaysWhatIsWrongWithAFolder) {
  EXPECT_THAT(why_not(), HasSubstr("there is no index.html"));
  folder.write("index.html", std::string(Files::most_bytes + 1, 'x'));
  EXPECT_THAT(why_not(), HasSubstr("more than 100 files or 4 MiB"));
  std::filesystem::remove_all(folder.path());
  EXPECT_THAT(why_not(), HasSubstr("cannot be served: No such file"));
}

}  // namespace
}  // namespace amibroker::control
