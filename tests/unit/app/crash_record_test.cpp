// SPDX-License-Identifier: Apache-2.0
#include "core/app/crash_record.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/host/file_identity.hpp"
#include "tests/unit/host/temp_folder.hpp"

namespace amibroker::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::int64_t now = 1'000'000;

class CrashRecord : public ::testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path file() const { return folder_.path() / "crash-record"; }
  void write(const std::string& text) const { std::ofstream(file(), std::ios::binary) << text; }
  [[nodiscard]] std::string text() const {
    std::stringstream all;
    all << std::ifstream(file()).rdbuf();
    return all.str();
  }
  [[nodiscard]] std::vector<Crash> read() const { return read_crashes(file(), now); }

  /// A library, and the line of a crash with it.
  void make_library() const { std::ofstream(folder_.path() / "foo.so") << "x"; }
  [[nodiscard]] std::string crash_at(std::int64_t when) const {
    const auto identity = host::FileIdentity::of(folder_.path() / "foo.so");
    return std::to_string(when) + " foo " + std::to_string(identity->changed()) + "\n";
  }
  std::vector<std::string> switch_off() {
    plugins_ = {{"foo", true, 0, {}}, {"other", true, 0, {}}};
    return switch_off_crashed(plugins_, host::PluginFolders({folder_.path()}), file(), now);
  }

  host::TempFolder folder_;
  std::vector<host::PluginConfig> plugins_;
};

TEST_F(CrashRecord, IsReadWithoutWhatIsOldOrOfTheFuture) {
  write("999399 old 1\n999401 a 1\n999400 b 2\n1000000 c 3\n1000001 future 4\n");
  EXPECT_THAT(read(), ElementsAre(Crash{999401, "a", 1}, Crash{1000000, "c", 3}));
}

TEST_F(CrashRecord, HostileContentIsSkipped) {
  std::string bad = "\xff\n\n  \n1000000\n1000000 a\n1000000 a 1 more\n1000000 ../x 1\n1000000 a\tb 1\n";
  bad.push_back('\0');
  bad += "\n99999999999999999999 a 1\n-1 a 1\n1000000 " + std::string(5000, 'a') + " 1\n1000000  1\n1000000 ok 5";
  write(bad);
  EXPECT_THAT(read(), ElementsAre(Crash{1000000, "ok", 5}));
}

TEST_F(CrashRecord, OfALongFileOnlyTheEndIsRead) {
  std::string longer;
  while (longer.size() < 1'000'000) longer += "1000000 foo 1\n";
  write(longer + "1000000 last 1\n");
  const auto crashes = read();
  ASSERT_FALSE(crashes.empty());
  EXPECT_EQ(crashes.back().plugin, "last");
  EXPECT_LT(crashes.size(), 5000u);
}

TEST_F(CrashRecord, WhatIsNoOrdinaryFileIsEmpty) {
  EXPECT_THAT(read(), IsEmpty());
  ASSERT_EQ(::mkfifo(file().c_str(), 0600), 0);
  EXPECT_THAT(read(), IsEmpty()) << "and nobody waits for a writer";
  std::filesystem::remove(file());
  std::filesystem::create_directory(file());
  EXPECT_THAT(read(), IsEmpty());
  std::filesystem::remove(file());
  std::ofstream(folder_.path() / "else") << "1000000 a 1\n";
  std::filesystem::create_symlink(folder_.path() / "else", file());
  EXPECT_THAT(read(), IsEmpty());
}

TEST_F(CrashRecord, TwoCrashesSwitchThePluginOff) {
  make_library();
  write(crash_at(999500) + crash_at(999900));
  EXPECT_THAT(switch_off(), ElementsAre(::testing::AllOf(
                                HasSubstr("plugin foo is switched off: it ended the daemon 2 times"),
                                HasSubstr("give it 'isolate = yes', or delete " + file().string() + ", and reload"))));
  EXPECT_FALSE(plugins_[0].enabled);
  EXPECT_TRUE(plugins_[1].enabled);
}

TEST_F(CrashRecord, OneCrashOrAnOldOneDoesNot) {
  make_library();
  write(crash_at(999900));
  EXPECT_THAT(switch_off(), IsEmpty());
  write(crash_at(999300) + crash_at(999900));
  EXPECT_THAT(switch_off(), IsEmpty());
  EXPECT_TRUE(plugins_[0].enabled);
}

TEST_F(CrashRecord, OfTwoPluginsOfOneLibraryOnlyTheOneThatCrashedIsSwitchedOff) {
  make_library();
  const auto changed = std::to_string(host::FileIdentity::of(folder_.path() / "foo.so")->changed());
  write("999500 foo:2 " + changed + "\n999900 foo:2 " + changed + "\n999900 foo:2:3 " + changed + "\n");
  plugins_ = {{"foo", true, 0, {}}, {"foo:2", true, 0, {}}};
  const auto texts = switch_off_crashed(plugins_, host::PluginFolders({folder_.path()}), file(), now);
  ASSERT_THAT(texts, SizeIs(1));
  EXPECT_THAT(texts[0], HasSubstr("plugin foo:2 is switched off: it ended the daemon 2 times"));
  EXPECT_TRUE(plugins_[0].enabled);
  EXPECT_FALSE(plugins_[1].enabled);
}

TEST_F(CrashRecord, OneThatIsIsolatedNowCannotEndTheDaemonAgain) {
  make_library();
  write(crash_at(999500) + crash_at(999900));
  plugins_ = {{"foo", true, 0, {{"isolate", "yes", 3}}}};
  EXPECT_THAT(switch_off_crashed(plugins_, host::PluginFolders({folder_.path()}), file(), now), IsEmpty());
  EXPECT_TRUE(plugins_[0].enabled);
}

TEST_F(CrashRecord, ANewerLibraryIsSwitchedOn) {
  make_library();
  write(crash_at(999500) + crash_at(999900));
  const auto library = folder_.path() / "foo.so";
  std::filesystem::last_write_time(library, std::filesystem::last_write_time(library) + std::chrono::seconds(1));
  EXPECT_THAT(switch_off(), IsEmpty());
  EXPECT_TRUE(plugins_[0].enabled);
}

TEST_F(CrashRecord, TheFileKeepsOnlyWhatCounts) {
  make_library();
  write("1 old 1\nnonsense\n" + crash_at(999900));
  switch_off();
  EXPECT_EQ(text(), crash_at(999900));
}

TEST_F(CrashRecord, ACrashIsAppended) {
  const host::CallOwner& foo = host::make_call_owner("foo", "/p/foo.so", "/copy", 5);
  note_crash(foo);
  EXPECT_EQ(text(), "") << "nowhere yet";
  set_crash_record(file());
  note_crash(foo);
  note_crash(foo);
  EXPECT_THAT(read_crashes(file(), ::time(nullptr)), SizeIs(2));
  EXPECT_EQ(read_crashes(file(), ::time(nullptr)).front().changed, 5);
}

TEST(CrashRecordFile, IsInTheFirstFolderOfSystemd) {
  ::unsetenv("STATE_DIRECTORY");
  EXPECT_FALSE(crash_record_file());
  ::setenv("STATE_DIRECTORY", "/run/a:/run/b", 1);
  EXPECT_EQ(crash_record_file(), "/run/a/crash-record");
  ::setenv("STATE_DIRECTORY", "a", 1);
  EXPECT_FALSE(crash_record_file()) << "systemd's are absolute";
  ::setenv("STATE_DIRECTORY", "", 1);
  EXPECT_FALSE(crash_record_file());
  ::setenv("STATE_DIRECTORY", ":/run/a", 1);
  EXPECT_FALSE(crash_record_file());
  ::unsetenv("STATE_DIRECTORY");
}

}  // namespace
}  // namespace amibroker::app
