// SPDX-License-Identifier: Apache-2.0
#include "core/host/plugin_list.hpp"

#include <gmock/gmock.h>

#include "tests/unit/host/temp_folder.hpp"

namespace amibroker::host {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const std::filesystem::path test_plugins = AMIBROKER_TEST_PLUGINS;

TEST(ListPlugins, ShowsGoodAndBadOnesByName) {
  const TempFolder folder;
  std::filesystem::copy_file(test_plugins / "with_options.so", folder.path() / "with_options.so");
  folder.write("broken.so", "nothing");
  const auto plugins = list_plugins(PluginFolders({folder.path()}));
  ASSERT_THAT(plugins, SizeIs(2));
  EXPECT_FALSE(plugins[0].usable());
  EXPECT_TRUE(plugins[1].usable());
}

TEST(Describe, APluginIsShownWithVersionSummaryFileAndOptions) {
  const auto file = test_plugins / "with_options.so";
  EXPECT_EQ(describe({file, PluginLibrary::open(file)}),
            "with_options 2.0  Has options\n"
            "    " +
                file.string() +
                "\n"
                "    eager = no  (yes or no) Whether to begin at once\n"
                "    pace = 30  (1 to 60 s) Time between two steps\n"
                "    greeting = hello  (text) What to say\n"
                "    skip = Local, Custom  (list) Technologies to leave out\n");
}

TEST(Describe, ALibraryThatCannotBeUsedIsShownWithTheReason) {
  const auto file = test_plugins / "other_abi.so";
  EXPECT_THAT(describe({file, PluginLibrary::open(file)}),
              AllOf(HasSubstr("other_abi  cannot be used\n"), HasSubstr("plugin ABI 1"), HasSubstr("build it again")));
}

}  // namespace
}  // namespace amibroker::host
