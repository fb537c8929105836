// SPDX-License-Identifier: Apache-2.0
#include "core/base/secret_file.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/unit/host/temp_folder.hpp"

namespace amibroker::base {
namespace {

class SecretFileTest : public testing::Test {
 protected:
  ~SecretFileTest() override { ::unsetenv("CREDENTIALS_DIRECTORY"); }

  std::string write(const std::string& content, mode_t mode = 0600) const {
    const std::filesystem::path path = folder_.write("key", content);
    EXPECT_EQ(::chmod(path.c_str(), mode), 0);
    return path.string();
  }
  std::string error_of(const std::string& content) const { return read_secret_file(write(content), "").error; }

  host::TempFolder folder_;
  const std::string file_ = (folder_.path() / "key").string();
};

TEST_F(SecretFileTest, HoldsOneLineWhichIsReadWithoutItsEnd) {
  for (const char* content : {"top secret", "top secret\n", "top secret\r\n"}) {
    const SecretFile secret = read_secret_file(write(content), "/nowhere");
    EXPECT_EQ(secret.text, "top secret");
    EXPECT_EQ(secret.error, "");
    EXPECT_EQ(secret.warning, "");
  }
}

TEST_F(SecretFileTest, MayHoldAThousandBytes) {
  EXPECT_EQ(read_secret_file(write(std::string(1000, 's') + "\r\n"), "").text.size(), 1000U);
  EXPECT_EQ(error_of(std::string(1001, 's')), file_ + " holds more than 1000 bytes, so it is no file with a secret");
  EXPECT_EQ(error_of(std::string(100'000, 's')), file_ + " holds more than 1000 bytes, so it is no file with a secret");
}

TEST_F(SecretFileTest, WithAnythingButOneLineIsAnErrorThatDoesNotShowTheSecret) {
  const std::string empty = file_ + " holds nothing in its first line; write the secret there, and nothing else";
  const std::string lines = file_ + " has more than one line; leave the one with the secret";
  const std::string control =
      file_ + " holds control characters, so it is no file with a secret; write the secret alone, as text";
  EXPECT_EQ(error_of(""), empty);
  EXPECT_EQ(error_of("\n"), empty);
  EXPECT_EQ(error_of("secret\nother\n"), lines);
  EXPECT_EQ(error_of("secret\n\n"), lines);
  EXPECT_EQ(error_of("sec\tret\n"), control);
  EXPECT_EQ(error_of(std::string("sec\0ret\n", 8)), control);
  EXPECT_EQ(error_of("secret\x7f"), control);
  EXPECT_EQ(read_secret_file(write("sec\tret"), "").text, "");
}

TEST_F(SecretFileTest, ThatIsNotThereIsAnError) {
  EXPECT_EQ(read_secret_file(file_, "").error,
            file_ + " cannot be opened: No such file or directory; create it, or correct its name");
}

TEST_F(SecretFileTest, ThatMayNotBeReadIsAnError) {
  const SecretFile secret = read_secret_file(write("secret", 0), "");
  if (::access(file_.c_str(), R_OK) == 0) EXPECT_EQ(secret.error, "") << "root may read everything";
  else
    EXPECT_EQ(secret.error, file_ +
                                " cannot be opened: Permission denied; let the user that runs the broker read it "
                                "(chown, chmod 0600)");
}

TEST_F(SecretFileTest, ThatIsNoFileIsAnErrorAndIsNotWaitedFor) {
  ASSERT_EQ(::mkfifo(file_.c_str(), 0600), 0);
  EXPECT_EQ(read_secret_file(file_, "").error, file_ + " is not a file; name the file that holds the secret");
  EXPECT_EQ(read_secret_file(folder_.path().string(), "").error,
            folder_.path().string() + " is not a file; name the file that holds the secret");
}

TEST_F(SecretFileTest, ThatOthersMayReadOrTheGroupMayChangeIsReadWithAWarning) {
  for (const mode_t mode : {0600, 0400, 0640, 0440}) EXPECT_EQ(read_secret_file(write("s", mode), "").warning, "");
  for (const mode_t mode : {0604, 0644, 0660, 0602}) {
    const SecretFile secret = read_secret_file(write("s", mode), "");
    EXPECT_EQ(secret.text, "s");
    EXPECT_EQ(secret.warning, "other users can read or change " + file_ + "; take that from them: chmod 0600 " + file_);
  }
}

TEST_F(SecretFileTest, OfARelativePathIsInTheFolderOfTheConfiguration) {
  write("here");
  EXPECT_EQ(read_secret_file("key", folder_.path().string()).text, "here");
  EXPECT_EQ(read_secret_file("sub/../key", folder_.path().string()).text, "here");
  EXPECT_EQ(secret_path("key", ""), "key");
}

TEST_F(SecretFileTest, OfARelativePathIsSystemdsCredentialIfThereIsOne) {
  const host::TempFolder credentials;
  ::setenv("CREDENTIALS_DIRECTORY", credentials.path().c_str(), 1);
  write("file");
  EXPECT_EQ(read_secret_file("key", folder_.path().string()).text, "file");
  EXPECT_EQ(::chmod(credentials.write("key", "credential").c_str(), 0400), 0);
  EXPECT_EQ(read_secret_file("key", folder_.path().string()).text, "credential");
  EXPECT_EQ(read_secret_file(file_, folder_.path().string()).text, "file") << "an absolute path means itself";
}

}  // namespace
}  // namespace amibroker::base
