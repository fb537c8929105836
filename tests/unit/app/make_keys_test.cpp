// SPDX-License-Identifier: Apache-2.0
#include "core/app/make_keys.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/link/zmq/curve_keys.hpp"
#include "tests/unit/host/temp_folder.hpp"

namespace amibroker::app {
namespace {

using testing::HasSubstr;

class MakeKeys : public testing::Test {
 protected:
  static std::string read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static mode_t mode_of(const std::string& path) {
    struct stat status {};
    EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
    return status.st_mode & 07777;
  }
  static std::string error_of(const std::string& base) {
    const auto made = make_keys(base);
    const auto* error = std::get_if<KeysError>(&made);
    return error != nullptr ? error->text : "none";
  }

  host::TempFolder folder_;
  const std::string base_ = (folder_.path() / "broker").string();
  const std::string public_ = base_ + ".public";
  const std::string secret_ = base_ + ".secret";
};

TEST_F(MakeKeys, WritesAPairThatBelongsTogetherAndSaysWhatToDoWithIt) {
  const mode_t before = ::umask(0077);
  const auto made = make_keys(base_);
  ::umask(before);
  ASSERT_TRUE(std::holds_alternative<KeysMade>(made)) << std::get<KeysError>(made).text;
  const std::string public_key = read(public_);
  const std::string secret_key = read(secret_);
  ASSERT_EQ(public_key.size(), 41U);
  ASSERT_EQ(secret_key.size(), 41U);
  EXPECT_EQ(link::zeromq::curve_public_key(secret_key.substr(0, 40)) + "\n", public_key);
  EXPECT_EQ(mode_of(public_), 0644U);
  EXPECT_EQ(mode_of(secret_), 0600U);
  const std::string& text = std::get<KeysMade>(made).text;
  EXPECT_THAT(text, HasSubstr("public key: " + public_key));
  EXPECT_THAT(text,
              AllOf(HasSubstr("curve_secret_file"), HasSubstr("curve_clients_file"), HasSubstr("curve_server_key")));
  EXPECT_THAT(text, Not(HasSubstr(secret_key.substr(0, 40))));
}

TEST_F(MakeKeys, NeverOverwritesAKeyAndLeavesNoHalfOfAPair) {
  const std::string why =
      " is there already, and a key that may be in use is not overwritten: choose another name, or move it away";
  for (const std::string& there : {public_, secret_}) {
    std::ofstream(there) << "in use";
    EXPECT_EQ(error_of(base_), there + why);
    EXPECT_EQ(read(there), "in use");
    std::filesystem::remove(there);
    EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
  }
}

TEST_F(MakeKeys, DoesNotFollowALinkToAFileThatIsNotThere) {
  std::filesystem::create_symlink(folder_.path() / "elsewhere", secret_);
  EXPECT_THAT(error_of(base_), HasSubstr("is there already"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "elsewhere"));
}

TEST_F(MakeKeys, AFolderThatIsMissingOrNotWritableIsAnError) {
  EXPECT_EQ(error_of((folder_.path() / "none" / "broker").string()),
            (folder_.path() / "none" / "broker.secret").string() +
                " cannot be made: its folder does not exist: create it, or choose another");
  // A folder in which not even root may make a file.
  EXPECT_THAT(error_of("/proc/self/broker"), HasSubstr("/proc/self/broker.secret cannot be made: "));
}

}  // namespace
}  // namespace amibroker::app
