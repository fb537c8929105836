// SPDX-License-Identifier: Apache-2.0
#include "core/host/plugin_folder.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include "tests/unit/host/temp_folder.hpp"

namespace amibroker::host {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class PluginFoldersTest : public ::testing::Test {
 protected:
  TempFolder near, far;
  PluginFolders folders{{near.path(), far.path()}};
};

TEST_F(PluginFoldersTest, TheFirstFolderThatHasTheFileWins) {
  far.write("both.so", "");
  const auto expected = near.write("both.so", "");
  const auto only_far = far.write("far.so", "");
  EXPECT_EQ(folders.find("both"), expected);
  EXPECT_EQ(folders.find("far"), only_far);
  EXPECT_EQ(folders.find("none"), std::nullopt);
}

TEST_F(PluginFoldersTest, ListsEachLibraryOnceByName) {
  const auto z = near.write("z.so", "");
  const auto a = far.write("a.so", "");
  far.write("z.so", "");
  near.write("readme.txt", "");
  EXPECT_THAT(folders.libraries(), ElementsAre(a, z));
}

TEST_F(PluginFoldersTest, AMissingPluginIsExplainedWithPathNearestNameAndWhatIsThere) {
  near.write("hello.so", "");
  near.write("other.so", "");
  EXPECT_EQ(folders.why_missing("helo"), "there is no helo.so in " + near.path().string() + ", " + far.path().string() +
                                             " (did you mean \"hello\"?); there are: hello, other");
}

TEST_F(PluginFoldersTest, AnEmptyFolderAndAFolderThatIsMissingAreExplained) {
  EXPECT_THAT(folders.why_missing("hello"), AllOf(HasSubstr("no plugin is there at all"), HasSubstr("'path ='")));
  const PluginFolders none({near.path() / "gone"});
  EXPECT_THAT(none.why_missing("hello"), HasSubstr("gone (which is no folder)"));
  EXPECT_THAT(none.libraries(), IsEmpty());
  EXPECT_THAT(PluginFolders({}).why_missing("hello"), HasSubstr("none is set"));
}

TEST_F(PluginFoldersTest, ALinkWhoseFileIsGoneIsFoundSoThatItsOwnFaultIsNamed) {
  std::filesystem::create_symlink("gone.so", near.path() / "hello.so");
  EXPECT_EQ(folders.find("hello"), near.path() / "hello.so");
}

TEST_F(PluginFoldersTest, AFolderThatCannotBeReadIsNamedWithoutAGuessAtTheName) {
  far.write("hallo.so", "");
  const bool is_root = ::geteuid() == 0;  // whom no mode holds back
  std::filesystem::permissions(near.path(), std::filesystem::perms::none);
  std::filesystem::permissions(far.path(), std::filesystem::perms::all);
  if (is_root) {
    ASSERT_EQ(::seteuid(65534), 0);
  }
  const std::string text = folders.why_missing("hello");
  if (is_root) {
    ASSERT_EQ(::seteuid(0), 0);
  }
  std::filesystem::permissions(near.path(), std::filesystem::perms::owner_all);
  EXPECT_THAT(text, AllOf(HasSubstr("(which cannot be read)"), ::testing::Not(HasSubstr("did you mean"))));
}

}  // namespace
}  // namespace amibroker::host
