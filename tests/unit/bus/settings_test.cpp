// SPDX-License-Identifier: Apache-2.0
#include "plugins/bus/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "amibroker/testing/fake_options.hpp"
#include "tests/unit/bus/peers.hpp"

namespace amibroker::bus {
namespace {

using amibroker::testing::FakeOptionReport;
using amibroker::testing::FakeOptions;
using bus_test::KeyPair;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

using Values = std::vector<std::pair<const char*, std::string>>;

FakeOptions with(const Values& values) {
  FakeOptions options(option_table);
  for (const auto& [key, value] : values) options.set(key, value);
  return options;
}

std::vector<std::string> mistakes(const Values& values) {
  FakeOptionReport report;
  check_settings(with(values), report);
  return report.mistakes;
}

TEST(Settings, ByDefaultThisMachineReadsAndNobodyActs) {
  EXPECT_THAT(mistakes({}), IsEmpty());
  const Settings settings = Settings::read(with({}));
  ASSERT_TRUE(settings.events);
  EXPECT_TRUE(settings.events->is_loopback);
  EXPECT_FALSE(settings.actions);
  EXPECT_FALSE(settings.allow.has("Ping"));
}

TEST(Settings, AreRead) {
  const KeyPair keys = KeyPair::make();
  const Values values{{"events", "tcp://*:1"},           {"actions", "tcp://[::1]:2"},
                      {"allow", "Setvar, Ping"},         {"queue", "5"},
                      {"curve_secret", keys.secret_key}, {"curve_clients", keys.public_key + ", " + keys.public_key}};
  EXPECT_THAT(mistakes(values), IsEmpty());
  const Settings settings = Settings::read(with(values));
  EXPECT_EQ(settings.events->text(), "tcp://*:1");
  EXPECT_EQ(settings.actions->text(), "tcp://[::1]:2");
  EXPECT_TRUE(settings.allow.has("Setvar"));
  EXPECT_EQ(settings.queue, 5);
  EXPECT_EQ(settings.curve_secret, keys.secret_key);
  EXPECT_THAT(settings.curve_clients, ElementsAre(keys.public_key, keys.public_key));
}

TEST(Settings, AnAddressThatOthersReachNeedsKeys) {
  for (const char* address : {"tcp://*:1", "tcp://10.0.0.1:1", "tcp://[::]:1"}) {
    EXPECT_THAT(mistakes({{"events", address}}), ElementsAre(StartsWith("events is an address that other machines")));
    EXPECT_THAT(mistakes({{"actions", address}, {"allow", "Ping"}}),
                ElementsAre(StartsWith("actions is an address that other machines")));
  }
}

TEST(Settings, ActionsNeedAListOfThem) {
  EXPECT_THAT(mistakes({{"actions", "tcp://127.0.0.1:1"}}), ElementsAre(StartsWith("actions needs allow beside it")));
}

TEST(Settings, MistakesAreNamedWithWhatToDo) {
  EXPECT_THAT(mistakes({{"events", "127.0.0.1:1"}}), ElementsAre(HasSubstr("takes tcp://ADDRESS:PORT")));
  EXPECT_THAT(mistakes({{"events", ""}}), ElementsAre(HasSubstr("are both empty")));
  EXPECT_THAT(mistakes({{"actions", "tcp://127.0.0.1:9478"}, {"allow", "Ping"}}),
              ElementsAre(StartsWith("actions is the address of events as well")));
}

TEST(Settings, KeysBelongTogetherAndAreKeys) {
  const KeyPair keys = KeyPair::make();
  EXPECT_THAT(mistakes({{"curve_clients", keys.public_key}}), ElementsAre(StartsWith("curve_clients needs")));
  EXPECT_THAT(mistakes({{"curve_secret", keys.secret_key}}), ElementsAre(StartsWith("curve_secret needs")));
  EXPECT_THAT(mistakes({{"curve_secret", "short"}, {"curve_clients", keys.public_key}}),
              ElementsAre(StartsWith("curve_secret is no key")));
  EXPECT_THAT(mistakes({{"curve_secret", keys.secret_key}, {"curve_clients", keys.public_key + ", x"}}),
              ElementsAre(StartsWith("curve_clients takes public keys")));
  EXPECT_FALSE(is_curve_key(std::string(40, ',')));
  EXPECT_FALSE(is_curve_key(keys.public_key + "1"));
  EXPECT_FALSE(is_curve_key(std::string(40, '\0')));
}

}  // namespace
}  // namespace amibroker::bus
