// SPDX-License-Identifier: Apache-2.0
//
// The example plugin mwi: all servers have the same numbers of messages in their mailboxes.
#include "tests/system/system_fixture.hpp"

namespace amibroker::system_test {
namespace {

using sim::MessageCounts;

struct Way {
  const char* name;
  const char* options;
};
void PrintTo(const Way& way, std::ostream* out) { *out << way.name; }

/// A mixed fleet, with the plugin in the daemon and in a process of its own.
class Mwi : public System, public ::testing::WithParamInterface<Way> {
 protected:
  void run() {
    sim::ServerOptions native;
    native.transport = sim::Transport::ami;
    make_fleet({native, {}, {}});
    before();
    start_and_connect("", std::string("[plugins]\npath = ") + AMIBROKER_EXAMPLE_PLUGINS +
                              "\nmwi = yes\n[plugin mwi]\n" + GetParam().options);
  }
  /// What is there before the broker starts.
  void before() { (*fleet)[0].set_mailbox("1@default", {4, 2}); }

  [[nodiscard]] bool all_have(const std::string& mailbox, const MessageCounts& counts) {
    return eventually([&] {
      for (const sim::Server& server : fleet->servers())
        if (server.is_alive() && server.mailbox(mailbox) != counts) return false;
      return true;
    });
  }
};

TEST_P(Mwi, AllServersHaveWhatOneHadAndWhatOneIsToldLast) {
  run();
  EXPECT_TRUE(all_have("1@default", {4, 2})) << daemon->output();
  (*fleet)[1].set_mailbox("100@default", {1, 0});
  EXPECT_TRUE(all_have("100@default", {1, 0})) << daemon->output();
  (*fleet)[2].set_mailbox("100@default", {0, 1});
  EXPECT_TRUE(all_have("100@default", {0, 1})) << daemon->output();
  EXPECT_THAT(written(1, "100@default"), ::testing::ElementsAre("0/1")) << "its own change is not written back to it";
}

TEST_P(Mwi, AServerThatWasAwayIsToldWhatItMissed) {
  run();
  (*fleet)[0].set_mailbox("100@default", {1, 0});
  ASSERT_TRUE(all_have("100@default", {1, 0})) << daemon->output();
  (*fleet)[2].kill();
  (*fleet)[1].set_mailbox("100@default", {2, 0});
  ASSERT_TRUE(all_have("100@default", {2, 0})) << daemon->output();
  (*fleet)[2].restart();
  EXPECT_TRUE(all_have("100@default", {2, 0})) << daemon->output();
}

INSTANTIATE_TEST_SUITE_P(Ways, Mwi, ::testing::Values(Way{"in_the_daemon", ""}, Way{"apart", "isolate = yes\n"}),
                         [](const auto& way) { return std::string(way.param.name); });

}  // namespace
}  // namespace amibroker::system_test
