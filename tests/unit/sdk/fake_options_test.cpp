// SPDX-License-Identifier: Apache-2.0
#include "amibroker/testing/fake_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace amibroker::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr OptionSpec table[] = {
    {"on", OptionType::boolean, "yes", "", 0, 0, ""},
    {"seconds", OptionType::integer, "60", "s", 0, 100, ""},
    {"names", OptionType::list, "a, b ,,c", "", 0, 0, ""},
    {"wire", OptionType::choice, "tcp", "", 0, 0, "", "tcp, TLS"},
    {"needed", OptionType::text, "", "", 0, 0, "", "", true},
};

TEST(FakeOptions, HasTheDefaultsOfTheTable) {
  const FakeOptions options(table);
  EXPECT_TRUE(options.boolean("on"));
  EXPECT_EQ(options.integer("seconds"), 60);
  EXPECT_THAT(options.list("names"), ElementsAre("a", "b", "c"));
}

TEST(FakeOptions, WhatATestSetsWins) {
  FakeOptions options(table);
  options.set("on", "no");
  options.set("seconds", "5");
  options.set("names", " ");
  EXPECT_FALSE(options.boolean("on"));
  EXPECT_EQ(options.integer("seconds"), 5);
  EXPECT_THAT(options.list("names"), IsEmpty());
}

TEST(FakeOptions, TakeEachWordForYesThatTheDaemonTakes) {
  FakeOptions options(table);
  for (const char* yes : {"yes", "TRUE", "on", "1"}) {
    options.set("on", "no");
    options.set("on", yes);
    EXPECT_TRUE(options.boolean("on")) << yes;
  }
  for (const char* no : {"false", "Off", "0"}) {
    options.set("on", no);
    EXPECT_FALSE(options.boolean("on")) << no;
  }
}

TEST(FakeOptions, RefuseWhatTheDaemonRefuses) {
  FakeOptions options(table);
  EXPECT_THROW(options.set("nope", "1"), std::invalid_argument);
  EXPECT_THROW(options.set("on", "maybe"), std::invalid_argument);
  EXPECT_THROW(options.set("seconds", "101"), std::invalid_argument);
  EXPECT_THROW(options.set("seconds", "1m"), std::invalid_argument);
  EXPECT_THROW(options.set("wire", "udp"), std::invalid_argument);
  EXPECT_THROW(options.set("needed", ""), std::invalid_argument);
  EXPECT_EQ(options.integer("seconds"), 60);
}

TEST(FakeOptions, GiveAChoiceAsTheTableWritesIt) {
  FakeOptions options(table);
  options.set("wire", "tls");
  EXPECT_EQ(options.text("wire"), "TLS");
}

TEST(FakeOptions, AnUnknownKeyIsEmpty) {
  const FakeOptions options;
  EXPECT_FALSE(options.boolean("x"));
  EXPECT_EQ(options.integer("x"), 0);
  EXPECT_EQ(options.text("x"), "");
  EXPECT_THAT(options.list("x"), IsEmpty());
}

}  // namespace
}  // namespace amibroker::testing
