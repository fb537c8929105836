// SPDX-License-Identifier: Apache-2.0
//
// Configurations as files: what cannot be opened or read, and paths in them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/app/config.hpp"

namespace amibroker::app {
namespace {

class ConfigFile : public testing::Test {
 protected:
  ConfigFile() {
    std::string name = (std::filesystem::temp_directory_path() / "amibroker-config-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~ConfigFile() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text) const {
    const std::string path = (folder_ / name).string();
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  std::filesystem::path folder_;
};

std::string first_error(const std::string& path) {
  const LoadedConfig loaded = load_config(path);
  return loaded.ok() ? "none" : to_string("f", loaded.errors.front());
}

const std::string server = "[servers]\nsections = a\n[a]\naddr = h\ncmd_port = 1\nevt_port = 2\n";

TEST_F(ConfigFile, ThatIsNotThereIsAnError) {
  EXPECT_EQ(first_error((folder_ / "none.ini").string()), "f: cannot be opened: No such file or directory");
}

TEST_F(ConfigFile, ThatIsAFolderIsAnError) {
  EXPECT_EQ(first_error(folder_.string()), "f: cannot be read: Is a directory");
}

TEST_F(ConfigFile, ThatMayNotBeReadIsAnError) {
  const std::string path = write("secret.ini", server);
  std::filesystem::permissions(path, std::filesystem::perms::none);
  if (access(path.c_str(), R_OK) == 0) EXPECT_EQ(first_error(path), "none") << "root may read everything";
  else EXPECT_EQ(first_error(path), "f: cannot be opened: Permission denied");
}

TEST_F(ConfigFile, WithoutAnEndIsCutOff) {
  EXPECT_EQ(first_error("/dev/zero"), "f: longer than 1048576 bytes: this is not a configuration");
}

TEST_F(ConfigFile, OfWindowsIsReadLikeAnyOther) {
  std::string text = "\xef\xbb\xbf" + server + "[general]\nlog_level = debug ; all\n";
  for (std::size_t at = text.find('\n'); at != text.npos; at = text.find('\n', at + 2)) text.replace(at, 1, "\r\n");
  const LoadedConfig loaded = load_config(write("dos.ini", text));
  EXPECT_TRUE(loaded.ok());
  EXPECT_EQ(loaded.config.log_level, Level::debug);
  ASSERT_EQ(loaded.config.servers.size(), 1U);
  EXPECT_EQ(loaded.config.servers[0].addr, "h");
}

TEST_F(ConfigFile, RelativePathOfPluginsBelongsToTheFilesFolder) {
  const LoadedConfig loaded = load_config(write("a.ini", server + "[plugins]\npath = ../plugins\n"));
  EXPECT_EQ(loaded.config.plugin_path, (folder_.parent_path() / "plugins").string());
}

TEST_F(ConfigFile, AbsolutePathOfPluginsStays) {
  EXPECT_EQ(load_config(write("a.ini", server + "[plugins]\npath = /opt/p\n")).config.plugin_path, "/opt/p");
}

TEST_F(ConfigFile, EmptyPathOfPluginsMeansTheDefault) {
  EXPECT_EQ(load_config(write("a.ini", server + "[plugins]\npath =\n")).config.plugin_path, "");
}

}  // namespace
}  // namespace amibroker::app
