// SPDX-License-Identifier: Apache-2.0
#include "core/host/plugin_warnings.hpp"

#include <gmock/gmock.h>

#include <filesystem>

#include "tests/unit/host/temp_folder.hpp"

namespace amibroker::host {
namespace {

using std::filesystem::perms;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class PluginWarnings : public ::testing::Test {
 protected:
  std::vector<std::string> warnings(bool enabled = true) {
    std::vector<std::string> texts;
    const std::vector<PluginConfig> plugins{{"device_state", enabled, 7, {}}};
    for (const auto& warning : plugin_warnings(PluginFolders({near.path(), far.path()}), plugins)) {
      EXPECT_EQ(warning.line, 7);
      texts.push_back(warning.text);
    }
    return texts;
  }
  std::filesystem::path write(const TempFolder& folder) {
    auto file = folder.write("device_state.so", "");
    std::filesystem::permissions(file, perms::owner_all);
    return file;
  }
  TempFolder near, far;
};

TEST_F(PluginWarnings, AreNotGivenWithoutReason) {
  EXPECT_THAT(warnings(), IsEmpty());
  write(far);
  EXPECT_THAT(warnings(), IsEmpty());
}

TEST_F(PluginWarnings, NameALibraryThatHidesAnother) {
  const auto first = write(near);
  const auto second = write(far);
  EXPECT_THAT(warnings(), ElementsAre("plugin device_state: " + first.string() + " hides " + second.string() +
                                      ", which comes later in the search"));
  EXPECT_THAT(warnings(false), IsEmpty());
}

TEST_F(PluginWarnings, NameAFileOrFolderThatOthersMayWrite) {
  const auto file = write(near);
  std::filesystem::permissions(file, perms::group_write, std::filesystem::perm_options::add);
  ASSERT_THAT(warnings(), SizeIs(1));
  EXPECT_THAT(warnings()[0], HasSubstr(file.string() + " can be written by its group"));
  std::filesystem::permissions(file, perms::owner_all);
  std::filesystem::permissions(near.path(), perms::all);
  ASSERT_THAT(warnings(), SizeIs(1));
  EXPECT_THAT(warnings()[0], HasSubstr(near.path().string() + " can be written by everybody"));
}

TEST_F(PluginWarnings, NameALinkOutOfTheFolderAndLookAtItsEnd) {
  const auto file = write(far);
  std::filesystem::permissions(file, perms::owner_all | perms::others_write);
  std::filesystem::create_symlink(file, near.path() / "device_state.so");
  EXPECT_THAT(warnings(), ElementsAre(HasSubstr("hides"), HasSubstr(file.string() + " can be written by everybody"),
                                      HasSubstr("is a link out of its folder, to " + file.string())));
}

TEST_F(PluginWarnings, TakeALinkWithinTheFolder) {
  std::filesystem::rename(write(near), near.path() / "device_state.so.1");
  std::filesystem::create_symlink("device_state.so.1", near.path() / "device_state.so");
  EXPECT_THAT(warnings(), IsEmpty());
}

}  // namespace
}  // namespace amibroker::host
