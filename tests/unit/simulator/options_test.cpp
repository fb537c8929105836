// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/app/options.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace amibroker::sim::app {
namespace {

using ::testing::HasSubstr;

using Arguments = std::vector<std::string>;

Parsed parse(const Arguments& arguments) {
  std::vector<const char*> pointers{"asterisk-sim"};
  for (const auto& argument : arguments) pointers.push_back(argument.c_str());
  return parse_options(static_cast<int>(pointers.size()), pointers.data());
}

TEST(Options, HaveDefaults) {
  const auto parsed = parse({"--broker", "/b"});
  ASSERT_TRUE(parsed.options) << parsed.text;
  EXPECT_EQ(parsed.options->servers, 3U);
  EXPECT_EQ(parsed.options->phones, 4U);
  EXPECT_EQ(parsed.options->duration.count(), 20);
  EXPECT_EQ(parsed.options->base_port, std::nullopt);
  EXPECT_EQ(parsed.options->module, Module::ours);
  EXPECT_EQ(parsed.options->wires, Wires::zmq);
}

TEST(Options, UseKnownPortsForABrokerThatIsStartedByHand) { EXPECT_EQ(parse({}).options->base_port, 30967); }

TEST(Options, AreRead) {
  const auto parsed =
      parse({"--servers=5", "--phones",    "2",     "--rate",         "0.5",      "--seconds",   "0",        "--seed",
             "9",           "--plugins",   "/p",    "--log",          "/l",       "--base-port", "40000",    "--module",
             "original",    "--transport", "mixed", "--print-config", "--plugin", "hello",       "--plugin", "other_1",
             "--calls",     "--inject",    "/i",    "--broker-log",   "/bl"});
  ASSERT_TRUE(parsed.options) << parsed.text;
  EXPECT_EQ(parsed.options->servers, 5U);
  EXPECT_EQ(parsed.options->rate, 0.5);
  EXPECT_EQ(parsed.options->duration.count(), 0);
  EXPECT_EQ(parsed.options->seed, 9U);
  EXPECT_EQ(parsed.options->plugins, "/p");
  EXPECT_EQ(parsed.options->log, "/l");
  EXPECT_EQ(parsed.options->base_port, 40000);
  EXPECT_EQ(parsed.options->module, Module::original);
  EXPECT_EQ(parsed.options->wires, Wires::mixed);
  EXPECT_TRUE(parsed.options->print_config);
  EXPECT_THAT(parsed.options->enabled, ::testing::ElementsAre("hello", "other_1"));
  EXPECT_TRUE(parsed.options->calls);
  EXPECT_EQ(parsed.options->inject, "/i");
  EXPECT_EQ(parsed.options->broker_log, "/bl");
}

TEST(Options, OfSitesAreRead) {
  const auto parsed = parse({"--broker", "/b", "--servers", "5", "--sites", "2", "--engine", "/e", "--cut"});
  ASSERT_TRUE(parsed.options) << parsed.text;
  EXPECT_EQ(parsed.options->sites, 2U);
  EXPECT_EQ(parsed.options->engine, "/e");
  EXPECT_TRUE(parsed.options->cut);
  EXPECT_EQ(parse({"--broker", "/b"}).options->sites, 1U);
}

TEST(Options, HelpNamesTheExitCodes) {
  const auto parsed = parse({"--help"});
  EXPECT_FALSE(parsed.options);
  EXPECT_EQ(parsed.exit_code, ExitCode::agree);
  EXPECT_THAT(parsed.text, HasSubstr("Exit codes"));
  EXPECT_THAT(parsed.text, HasSubstr("--servers"));
}

class WrongOptions : public ::testing::TestWithParam<Arguments> {};

TEST_P(WrongOptions, AreRefusedWithAHint) {
  const auto parsed = parse(GetParam());
  EXPECT_FALSE(parsed.options);
  EXPECT_EQ(parsed.exit_code, ExitCode::usage);
  EXPECT_THAT(parsed.text, HasSubstr("--help"));
}

INSTANTIATE_TEST_SUITE_P(
    Values, WrongOptions,
    ::testing::Values(Arguments{"--servers", "1"}, Arguments{"--servers", "-3"}, Arguments{"--phones", "0"},
                      Arguments{"--rate", "0"}, Arguments{"--rate", "nan"}, Arguments{"--seconds", "-1"},
                      Arguments{"--seconds", "x"}, Arguments{"--module", "mine"}, Arguments{"--transport", "tcp"},
                      Arguments{"--base-port", "65535"}, Arguments{"--plugin", "a b"}, Arguments{"--plugin", ""},
                      Arguments{"--nope"}, Arguments{"stray"}, Arguments{"--sites", "2"},
                      Arguments{"--broker", "/b", "--sites", "4"}, Arguments{"--broker", "/b", "--sites", "0"},
                      Arguments{"--broker", "/b", "--servers", "200", "--sites", "101"},
                      Arguments{"--broker", "/b", "--cut"},
                      Arguments{"--broker", "/b", "--sites", "2", "--cut", "--seconds", "0"},
                      Arguments{"--broker", "/b", "--sites", "2", "--web", "65535"}));

}  // namespace
}  // namespace amibroker::sim::app
