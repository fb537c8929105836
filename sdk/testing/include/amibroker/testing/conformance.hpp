// SPDX-License-Identifier: Apache-2.0
//
// What every plugin must cope with, as a suite that runs over any plugin. Needs GoogleTest. Since ABI 1; servers that
// are added, changed and retired since ABI 2.
//
//     INSTANTIATE_TEST_SUITE_P(Hello, PluginConformance, ::testing::Values(PluginUnderTest{
//         "hello", [] { return std::make_unique<Hello>(); }, {}, {{"Hangup", {{"Channel", "PJSIP/100-1"}}}}}));
//
// (with `using namespace amibroker::testing`). Include it in one source file of a test.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "amibroker/testing/fake_host.hpp"
#include "amibroker/testing/message_builder.hpp"

namespace amibroker::testing {

/// An event that the plugin subscribes to, with the headers that it reads and values that it takes.
struct ExampleEvent {
  std::string name;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// A plugin that is put to the test.
struct PluginUnderTest {
  std::string name;                               ///< for the tests' names: letters, digits, `_`
  std::function<std::unique_ptr<Plugin>()> make;  ///< a new plugin at each call
  std::span<const OptionSpec> options;            ///< its option table
  std::vector<ExampleEvent> examples;             ///< at least one of each event; a few of each find more
  /// What the configuration sets, keys and values; the others have their defaults.
  std::vector<std::pair<std::string, std::string>> option_values = {};

  friend std::ostream& operator<<(std::ostream& out, const PluginUnderTest& plugin) { return out << plugin.name; }
};

/// A fleet of three servers, all up, and a plugin that has been started in each test but those about `start`.
class PluginConformance : public ::testing::TestWithParam<PluginUnderTest> {
 protected:
  PluginConformance() {
    for (ServerId server = 0; server < host.servers().size(); ++server) host.set_up(server);
    configure(host);
  }

  /// Sets the options of the plugin under test.
  static void configure(FakeHost& host) {
    for (const auto& [key, value] : GetParam().option_values) host.option_values.set(key, value);
  }

  /// Sends an example from a server, with another value in one of its headers if `header` names one.
  void send(ServerId server, const ExampleEvent& example, std::string_view header = "", std::string_view value = "") {
    MessageBuilder message(example.name);
    for (const auto& [name, usual] : example.headers) message.add(name, name == header ? value : usual);
    EXPECT_NO_THROW(plugin->on_event(server, message.message()));
  }

  /// Sends the next of the examples from the next server.
  void send_next() {
    const std::vector<ExampleEvent>& examples = GetParam().examples;
    send(static_cast<ServerId>(sent_ % host.servers().size()),
         examples[sent_ / host.servers().size() % examples.size()]);
    ++sent_;
  }

  /// Every action is one that the broker would send, or at least not one that was made to break out of its line.
  void check_requests() const {
    EXPECT_EQ(host.requests_to_nobody, 0U) << "it asked for an action on a server that is retired, or was never there";
    for (const std::string& refusal : host.refusals())
      // A name that is not UTF-8 may be passed on: a server with native AMI takes it, and the others refuse it.
      ASSERT_NE(refusal.find("is not UTF-8"), std::string::npos) << refusal;
  }

  FakeHost host{{"First", "Second", "Third"}, GetParam().options};
  std::unique_ptr<Plugin> plugin = GetParam().make();

 private:
  std::size_t sent_ = 0;
};

/// Values that a hostile or broken server might send.
inline std::vector<std::string> hostile_values() {
  return {
      "",
      " ",
      std::string(1 << 20, 'x'),
      std::string(1 << 20, '\\'),
      std::string(3, '\0'),
      "a\r\nAction: Originate\r\n\r\n",
      "\x7f\x1b[2J",
      "\xff\xfe\xc0\x80\xed\xa0\x80",  // not UTF-8 in several ways
      "\xf0\x9f\x98",                  // a character that is cut off
      "100)=INUSE,${SHELL(id)}",
      std::string(2000, ','),
      "%s%n%1000000d",
      "-99999999999999999999",
  };
}

TEST_P(PluginConformance, StartsAndStops) {
  EXPECT_NO_THROW(host.start(*plugin));
  EXPECT_NO_THROW(host.stop(*plugin));
}

TEST_P(PluginConformance, StopsWithoutHavingBeenStarted) { EXPECT_NO_THROW(plugin->stop()); }

TEST_P(PluginConformance, IsDestroyedWithoutHavingBeenStarted) { EXPECT_NO_THROW(plugin.reset()); }

TEST_P(PluginConformance, SubscribesToTheEventsOfItsExamples) {
  host.start(*plugin);
  for (const ExampleEvent& example : GetParam().examples)
    EXPECT_TRUE(host.subscribed_to_all ||
                std::any_of(host.subscribed.begin(), host.subscribed.end(),
                            [&](const std::string& name) { return same_name(name, example.name); }))
        << example.name;
  host.stop(*plugin);
}

TEST_P(PluginConformance, DoesNothingAfterStop) {
  host.start(*plugin);
  for (int i = 0; i < 100; ++i) send_next();
  host.answer_all(Outcome::unknown, 50);
  host.stop(*plugin);
  plugin.reset();
  EXPECT_NO_THROW(host.clock.advance(std::chrono::hours(1)));
  EXPECT_EQ(host.run_posted(), 0U);
  EXPECT_TRUE(host.requests.empty());
}

TEST_P(PluginConformance, TwoInstancesDoNotDisturbEachOther) {
  FakeHost other_host({"Other"}, GetParam().options);
  configure(other_host);
  const std::unique_ptr<Plugin> other = GetParam().make();
  host.start(*plugin);
  other_host.start(*other);
  other_host.stop(*other);
  for (int i = 0; i < 100; ++i) send_next();
  host.stop(*plugin);
}

TEST_P(PluginConformance, CopesWithEventsItDidNotAskFor) {
  host.start(*plugin);
  for (ExampleEvent example : GetParam().examples) {
    example.name = "NoSuchEvent";
    send(0, example);
  }
  EXPECT_NO_THROW(plugin->on_event(0, MessageBuilder().message()));
  EXPECT_NO_THROW(plugin->on_event(0, Message()));
  host.stop(*plugin);
}

TEST_P(PluginConformance, CopesWithMissingHeaders) {
  host.start(*plugin);
  for (const ExampleEvent& example : GetParam().examples) {
    EXPECT_NO_THROW(plugin->on_event(0, MessageBuilder(example.name).message()));
    for (const auto& [missing, unused] : example.headers) {
      MessageBuilder message(example.name);
      for (const auto& [name, value] : example.headers)
        if (name != missing) message.add(name, value);
      EXPECT_NO_THROW(plugin->on_event(0, message.message()));
    }
  }
  check_requests();
  host.stop(*plugin);
}

TEST_P(PluginConformance, CopesWithHostileValuesInAnyHeader) {
  host.start(*plugin);
  for (const std::string& hostile : hostile_values())
    for (const ExampleEvent& example : GetParam().examples)
      for (const auto& [header, usual] : example.headers) {
        send(0, example, header, hostile);
        check_requests();
        host.answer_all(Outcome::success, 100);
      }
  host.stop(*plugin);
}

TEST_P(PluginConformance, CopesWithRepeatedHeaders) {
  host.start(*plugin);
  for (const ExampleEvent& example : GetParam().examples) {
    MessageBuilder message(example.name);
    for (int i = 0; i < 1000; ++i)
      for (const auto& [name, value] : example.headers) message.add(name, value + std::to_string(i));
    EXPECT_NO_THROW(plugin->on_event(0, message.message()));
  }
  check_requests();
  host.stop(*plugin);
}

TEST_P(PluginConformance, CopesWithEveryOutcomeOfItsRequests) {
  constexpr std::array outcomes{Outcome::success, Outcome::error, Outcome::refused, Outcome::not_sent,
                                Outcome::unknown};
  host.start(*plugin);
  for (std::size_t i = 0; i < 200; ++i) {
    send_next();
    check_requests();
    EXPECT_NO_THROW(host.answer_all(outcomes[i % outcomes.size()], 100));
    EXPECT_NO_THROW(host.clock.advance(std::chrono::milliseconds(50)));
  }
  host.stop(*plugin);
}

TEST_P(PluginConformance, CopesWithServersThatComeAndGo) {
  host.start(*plugin);
  for (ServerId i = 0; i < 300; ++i) {
    const ServerId server = i % 3;
    EXPECT_NO_THROW(host.take_down(*plugin, server));
    send_next();
    EXPECT_NO_THROW(host.bring_up(*plugin, server));
    EXPECT_NO_THROW(host.answer_all(Outcome::success, i % 5));
    EXPECT_NO_THROW(host.clock.advance(std::chrono::milliseconds(i % 11)));
    check_requests();
  }
  host.stop(*plugin);
}

TEST_P(PluginConformance, CopesWithServersThatAreAddedAndRetired) {
  host.start(*plugin);
  std::vector<ServerId> added;
  for (ServerId i = 0; i < 40; ++i) {
    ServerId newest = 0;
    EXPECT_NO_THROW(newest = host.add_server(*plugin, "Further"));
    added.push_back(newest);
    if (i % 4 != 0) {
      EXPECT_NO_THROW(host.bring_up(*plugin, newest));
    }
    for (const ExampleEvent& example : GetParam().examples)
      if (host.is_up(newest)) send(newest, example);
    send_next();
    EXPECT_NO_THROW(host.answer_all(Outcome::success, i % 7));
    if (i % 3 == 2) {
      EXPECT_NO_THROW(host.retire_server(*plugin, added.front()));
      added.erase(added.begin());
    }
    EXPECT_NO_THROW(host.clock.advance(std::chrono::milliseconds(i * 10)));
    EXPECT_NO_THROW(plugin->on_report());
    check_requests();
  }
  EXPECT_NO_THROW(host.retire_server(*plugin, 0));
  EXPECT_NO_THROW(host.retire_server(*plugin, 1));
  EXPECT_NO_THROW(host.retire_server(*plugin, 2));
  EXPECT_NO_THROW(host.clock.advance(std::chrono::hours(1)));
  check_requests();
  host.stop(*plugin);
}

TEST_P(PluginConformance, CopesWithARetiredServerWithAnAnswerUnderWay) {
  host.start(*plugin);
  for (int i = 0; i < 30; ++i) send_next();
  const std::deque<Request> under_way = std::exchange(host.requests, {});
  host.retire_server(*plugin, 1);
  for (const Request& request : under_way)
    if (request.server == 1 && request.done) {
      EXPECT_NO_THROW(request.done(Reply{Outcome::unknown, "retired", {}}));
    }
  EXPECT_NO_THROW(host.add_server(*plugin, "Next"));
  EXPECT_NO_THROW(host.clock.advance(std::chrono::seconds(10)));
  check_requests();
  host.stop(*plugin);
}

TEST_P(PluginConformance, CopesWithServersThatChange) {
  host.start(*plugin);
  for (ServerId i = 0; i < 60; ++i) {
    const ServerId server = i % 3;
    switch (i % 5) {
      case 0: host.set_zones(server, {"north", "south"}); break;
      case 1: host.set_zones(server, {}); break;
      case 2: host.set_filters(server, {"*"}, {"[", "*/9*"}); break;
      case 3: host.set_identity(server, std::string(80, '9'), "name"); break;
      default: host.set_name(server, "Another"); break;
    }
    EXPECT_NO_THROW(host.tell_changed(*plugin, server));
    send_next();
    if (i % 7 == 0) {
      EXPECT_NO_THROW(host.take_down(*plugin, server));
    } else if (i % 7 == 1) {
      EXPECT_NO_THROW(host.bring_up(*plugin, server));
    }
    EXPECT_NO_THROW(host.answer_all(Outcome::success, i % 5));
    EXPECT_NO_THROW(plugin->on_report());
    EXPECT_NO_THROW(host.clock.advance(std::chrono::milliseconds(i % 11)));
    check_requests();
  }
  host.stop(*plugin);
}

TEST_P(PluginConformance, CopesWithAFleetThatBeginsWithoutServers) {
  FakeHost empty({}, GetParam().options);
  configure(empty);
  empty.start(*plugin);
  EXPECT_NO_THROW(empty.clock.advance(std::chrono::minutes(10)));
  const ServerId server = empty.add_server(*plugin, "First of all");
  EXPECT_NO_THROW(empty.bring_up(*plugin, server));
  EXPECT_NO_THROW(empty.clock.advance(std::chrono::minutes(10)));
  EXPECT_NO_THROW(empty.retire_server(*plugin, server));
  EXPECT_EQ(empty.requests_to_nobody, 0U);
  empty.stop(*plugin);
}

TEST_P(PluginConformance, CopesWithLostEvents) {
  constexpr std::array<std::uint64_t, 4> counts{0, 1, 1'000'000, std::numeric_limits<std::uint64_t>::max()};
  host.start(*plugin);
  for (ServerId i = 0; i < 200; ++i) {
    send_next();
    EXPECT_NO_THROW(plugin->on_events_lost(i % 3, counts[i % counts.size()]));
    EXPECT_NO_THROW(host.answer_all(Outcome::success, i % 5));
    EXPECT_NO_THROW(host.clock.advance(std::chrono::milliseconds(i % 11)));
    check_requests();
  }
  host.take_down(*plugin, 0);
  EXPECT_NO_THROW(plugin->on_events_lost(0, 1));
  host.stop(*plugin);
}

TEST_P(PluginConformance, ReportsAtAnyTimeAndTwiceAtOnce) {
  host.start(*plugin);
  EXPECT_NO_THROW(plugin->on_report());
  for (int i = 0; i < 100; ++i) send_next();
  EXPECT_NO_THROW(plugin->on_report());
  EXPECT_NO_THROW(plugin->on_report());
  EXPECT_NO_THROW(host.clock.advance(std::chrono::seconds(1)));
  host.take_down(*plugin, 0);
  EXPECT_NO_THROW(plugin->on_report());
  host.stop(*plugin);
}

TEST_P(PluginConformance, CopesWithZonesAndFilters) {
  host.set_zones(0, {"north", "south"});
  host.set_zones(1, {"south"});
  host.set_filters(0, {"*"}, {"[", "\\", "*[!"});
  host.set_filters(1, {"P?SIP/*"}, {"*"});
  host.start(*plugin);
  for (int i = 0; i < 100; ++i) send_next();
  EXPECT_NO_THROW(host.answer_all(Outcome::success, 100));
  check_requests();
  host.stop(*plugin);
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(PluginConformance);

}  // namespace amibroker::testing
