// SPDX-License-Identifier: Apache-2.0
#include "core/host/state_folder.hpp"

#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "tests/unit/host/plugin_fixture.hpp"
#include "tests/unit/host/temp_folder.hpp"

namespace amibroker::host {
namespace {

using std::filesystem::perms;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(StateFolder, HasThePluginsNameWithoutAColon) {
  EXPECT_EQ(state_folder_of("/s", "foo"), "/s/foo");
  EXPECT_EQ(state_folder_of("/s", "foo:2"), "/s/foo.2");
}

TEST(StateFolder, IsMadeForTheDaemonsUserAloneWhateverTheUmaskIs) {
  const TempFolder all;
  const auto folder = all.path() / "foo";
  const mode_t before = ::umask(0);
  EXPECT_THAT(make_state_folder(folder), IsEmpty());
  ::umask(before);
  EXPECT_EQ(std::filesystem::status(folder).permissions(), perms::owner_all);
}

TEST(StateFolder, ThatIsThereIsLeftAsItIs) {
  const TempFolder all;
  const auto folder = all.path() / "foo";
  std::filesystem::create_directory(folder);
  std::filesystem::permissions(folder, perms::owner_all | perms::group_read);
  std::ofstream(folder / "kept") << "x";
  EXPECT_THAT(make_state_folder(folder), IsEmpty());
  EXPECT_EQ(std::filesystem::status(folder).permissions(), perms::owner_all | perms::group_read);
  EXPECT_TRUE(std::filesystem::exists(folder / "kept"));
}

TEST(StateFolder, ThatCannotBeMadeIsNamedWithWhatToDo) {
  const TempFolder all;
  EXPECT_THAT(make_state_folder(all.path() / "gone" / "foo"), HasSubstr("/gone/foo cannot be made: No such file"));
  all.write("foo", "a file");
  EXPECT_THAT(make_state_folder(all.path() / "foo"), HasSubstr("/foo is there, but is no folder"));
  std::filesystem::create_symlink("/nowhere", all.path() / "link");
  EXPECT_THAT(make_state_folder(all.path() / "link"), HasSubstr("/link is there, but is no folder"));
}

class StateFolderOfPlugins : public ScriptedFixture {
 protected:
  const TempFolder all;
};

TEST_F(StateFolderOfPlugins, IsNoneWithoutOneOfTheDaemon) { EXPECT_EQ(run().state_folder(), ""); }

TEST_F(StateFolderOfPlugins, IsMadeWhenItIsFirstAskedForByAnyThread) {
  plugins.set_state_folder(all.path());
  run();
  EXPECT_FALSE(std::filesystem::exists(all.path() / "scripted"));
  std::vector<std::string> asked(8);
  std::vector<std::thread> threads;
  for (auto& answer : asked) threads.emplace_back([&] { answer = host->state_folder(); });
  for (auto& thread : threads) thread.join();
  for (const auto& answer : asked) EXPECT_EQ(answer, (all.path() / "scripted").string());
  EXPECT_TRUE(std::filesystem::is_directory(all.path() / "scripted"));
}

TEST_F(StateFolderOfPlugins, IsNoneWithALineIfItCannotBeMade) {
  plugins.set_state_folder(all.path());
  all.write("scripted", "a file");
  run();
  EXPECT_EQ(host->state_folder(), "");
  EXPECT_EQ(host->state_folder(), "");
  EXPECT_THAT(log(), HasSubstr("warning plugin scripted has no folder for its files: " + all.path().string() +
                               "/scripted is there, but is no folder; move it away. It goes on without one"));
}

TEST_F(StateFolderOfPlugins, EachPluginOfALibraryHasItsOwn) {
  plugins.set_state_folder(all.path());
  std::vector<std::string> folders;
  script->start = [&](Host& given) { folders.emplace_back(given.state_folder()); };
  start({"scripted", "scripted:2"});
  EXPECT_THAT(folders, ElementsAre((all.path() / "scripted").string(), (all.path() / "scripted.2").string()));
}

}  // namespace
}  // namespace amibroker::host
