// SPDX-License-Identifier: Apache-2.0
#include "core/base/nearest.hpp"

#include <gtest/gtest.h>

#include <array>

namespace amibroker::base {
namespace {

constexpr std::array<std::string_view, 5> known{"device_state", "presence", "log_level", "request_timeout", "path"};

TEST(Nearest, FindsTheWordThatWasMistyped) {
  EXPECT_EQ(nearest("device_stat", known), "device_state");        // one too few
  EXPECT_EQ(nearest("device__state", known), "device_state");      // one too many
  EXPECT_EQ(nearest("log_lewel", known), "log_level");             // one wrong
  EXPECT_EQ(nearest("ptah", known), "path");                       // two swapped
  EXPECT_EQ(nearest("rekwest_timout", known), "request_timeout");  // two in fourteen letters
  EXPECT_EQ(nearest("device", known), std::nullopt);               // six are missing: too many to be meant
}

TEST(Nearest, LetterCaseIsNoMistake) { EXPECT_EQ(nearest("LOG_LEVEL", known), "log_level"); }

TEST(Nearest, AWordThatIsFarFromAllHasNoNearest) {
  EXPECT_EQ(nearest("colour", known), std::nullopt);
  EXPECT_EQ(nearest("", known), std::nullopt);
  EXPECT_EQ(nearest("path", {}), std::nullopt);
}

TEST(Nearest, AShortWordIsNotTakenForAnother) {
  constexpr std::array<std::string_view, 2> ports{"x", "on"};
  EXPECT_EQ(nearest("y", ports), std::nullopt);
  EXPECT_EQ(nearest("of", ports), "on");
}

TEST(Nearest, OfSeveralTheNearestAndThenTheFirst) {
  constexpr std::array<std::string_view, 3> ports{"cmd_ports", "cmd_port", "evt_port"};
  EXPECT_EQ(nearest("cmd_prt", ports), "cmd_port");
  constexpr std::array<std::string_view, 2> equal{"server_1", "server_2"};
  EXPECT_EQ(nearest("server_3", equal), "server_1");
}

TEST(Nearest, AnEndlessWordCostsNothing) {
  const std::string endless(5'000'000, 'a');
  EXPECT_EQ(nearest(endless, known), std::nullopt);
  const std::array<std::string_view, 1> endless_known{endless};
  EXPECT_EQ(nearest("aaaa", endless_known), std::nullopt);
}

TEST(DidYouMean, IsEmptyIfNothingIsNear) {
  EXPECT_EQ(did_you_mean("pth", known), " (did you mean \"path\"?)");
  EXPECT_EQ(did_you_mean("colour", known), "");
}

}  // namespace
}  // namespace amibroker::base
