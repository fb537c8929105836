// SPDX-License-Identifier: Apache-2.0
//
// Random configurations, right and wrong ones, one after the other while calls go on. AMIBROKER_RELOADS says how many
// (default: 60), AMIBROKER_SEED where the random numbers begin.
#include <cstdlib>
#include <fstream>
#include <random>

#include "tests/system/reload_fixture.hpp"

namespace amibroker::system_test {
namespace {

using sim::DeviceState;

std::size_t number_from(const char* variable, std::size_t otherwise) {
  const char* text = std::getenv(variable);
  return text != nullptr ? std::strtoul(text, nullptr, 10) : otherwise;
}

class RandomReloads : public ReloadSystem {
 protected:
  static constexpr std::size_t servers = 6;
  static constexpr std::size_t steady = 2;  // the first ones are never changed
  static constexpr std::size_t phones = 10;

  std::size_t random(std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_); }
  bool chance(std::size_t percent) { return random(100) < percent; }

  static std::string counting() {
    return std::string("[plugins]\npath = ") + AMIBROKER_HANGING_PLUGINS + "\ncounting = yes\n";
  }

  /// The steady servers and the plugin that counts are always there, as they were.
  Written any_right() {
    Written written{.servers = {0, 1}, .general = {}, .after = counting()};
    for (std::size_t server = steady; server < servers; ++server) {
      if (chance(30)) continue;
      written.servers.push_back(server);
      std::string& more = written.more[server];
      if (chance(30)) more += std::string("zones = ") + (chance(50) ? "north" : "south, north") + "\n";
      if (chance(20)) more += "include = PJSIP/*" + std::string(chance(50) ? ", SIP/*" : "") + "\n";
      if (chance(20)) more += "exclude = PJSIP/" + std::to_string(random(10)) + "*\n";
      if (chance(20)) more += "ami_trace = yes\n";
    }
    std::shuffle(written.servers.begin(), written.servers.end(), random_);
    if (chance(30)) written.general += "request_timeout = " + std::to_string(100 + random(1000)) + "\n";
    if (chance(20)) written.general += "count_messages = yes\n";
    if (chance(20)) written.general += "verbose_messages = yes\n";
    if (chance(20)) written.after += "presence_state = no\n";
    if (chance(20)) written.after += "device_state = no\n";
    if (chance(60))
      written.after += "[plugin device_state]\nlost_after = " + std::to_string(20 + random(5)) +
                       (chance(20) ? "\nexclude = Queue:*\n" : "\n");
    return written;
  }

  /// One mistake somewhere in a file that is otherwise right, and different.
  std::string any_wrong() {
    const std::string right = text_of(any_right());
    switch (random(5)) {
      case 0: return right.substr(0, right.find("[server-"));
      case 1: return right + "[unknown]\na = b\n";
      case 2: return right + "[plugin counting]\nno_such_option = 1\n";
      case 3: return "[general]\nlog_level = loud\n" + right.substr(right.find("[servers]"));
      default: return right + "\x01\n";
    }
  }

  /// Calls on all servers, and numbered events of the steady ones.
  void make_load() {
    for (int i = 0; i < 20; ++i) {
      const std::size_t server = random(servers);
      constexpr std::array states{DeviceState::ringing, DeviceState::inuse, DeviceState::onhold,
                                  DeviceState::not_inuse};
      (*fleet)[server].set_device_state(phone(server, random(phones)), states[random(states.size())]);
    }
    for (int i = 0; i < 10; ++i) {
      const std::size_t server = random(steady);
      (*fleet)[server].publish({{"Event", "Probe"}, {"Number", std::to_string(++probes_[server])}});
    }
  }
  static std::string phone(std::size_t server, std::size_t number) {
    return "PJSIP/" + std::to_string(server * 100 + number);
  }

  [[nodiscard]] bool all_agree() {
    for (std::size_t origin = 0; origin < servers; ++origin)
      for (std::size_t number = 0; number < phones; ++number)
        if ((*fleet)[origin].device_state(phone(origin, number)) != DeviceState::invalid &&
            !all_show(phone(origin, number), origin))
          return false;
    return true;
  }

  std::mt19937_64 random_{number_from("AMIBROKER_SEED", 1)};
  std::array<std::size_t, steady> probes_{};
};

TEST_F(RandomReloads, AllAgreeAtTheEndAndWhatDidNotChangeLosesNothing) {
  const std::size_t total = number_from("AMIBROKER_RELOADS", 60);
  make_fleet(servers);
  const Written all{.servers = {0, 1, 2, 3, 4, 5}, .after = counting()};
  start_with({.servers = {0, 1}, .after = counting()});
  std::size_t memory_at_begin = 0;
  for (std::size_t step = 0; step < total; ++step) {
    make_load();
    ask(text_of(any_right()));
    make_load();
    ASSERT_TRUE(daemon->says(in_force, 20s, ++reloads)) << daemon->output();
    refused(any_wrong());
    if (step == total / 10) memory_at_begin = daemon->resident_kib();
  }
  reload(all);
  make_load();
  EXPECT_TRUE(eventually([&] { return all_agree(); }));
  RecordProperty("memory_at_begin_kib", std::to_string(memory_at_begin));
  RecordProperty("memory_at_end_kib", std::to_string(daemon->resident_kib()));
  std::printf("%zu right and %zu wrong configurations; %zu KiB after a tenth of them, %zu KiB at the end\n", total,
              total, memory_at_begin, daemon->resident_kib());
  EXPECT_EQ(count("was read again"), total + 1) << "no wrong one was taken";
  EXPECT_EQ(ups(0) + ups(1), steady);
  EXPECT_EQ(downs(0) + downs(1), 0U);
  EXPECT_EQ(daemon->stop(), 0);
  EXPECT_TRUE(daemon->says("plugin counting: probes=" + std::to_string(probes_[0] + probes_[1]) + " wrong=0"))
      << daemon->output();
}

}  // namespace
}  // namespace amibroker::system_test
