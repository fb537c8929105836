// SPDX-License-Identifier: Apache-2.0
#include "core/host/option_table.hpp"

#include <gmock/gmock.h>

#include <limits>

namespace amibroker::host {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();

OptionSpec number(std::int64_t min, std::int64_t max, const char* unit = "") {
  return {"pace", OptionType::integer, "1", unit, min, max, "How fast"};
}

std::string fault_of(const OptionSpec& option) { return fault_of_table(&option, 1).value_or("none"); }

TEST(FaultOfValue, NamesRangeUnitAndValue) {
  EXPECT_EQ(fault_of_value(number(1, 60, "s"), "61"), "takes a whole number from 1 to 60 (in s), not \"61\"");
  EXPECT_EQ(fault_of_value(number(1, 60), "0"), "takes a whole number from 1 to 60, not \"0\"");
  EXPECT_EQ(fault_of_value(number(1, highest), "soon"), "takes a whole number, 1 or more, not \"soon\"");
  EXPECT_EQ(fault_of_value(number(lowest, 5), "6"), "takes a whole number, 5 or less, not \"6\"");
  EXPECT_EQ(fault_of_value(number(lowest, highest), ""), "takes a whole number, not \"\"");
  EXPECT_EQ(fault_of_value(number(1, 60, "s"), "1"), std::nullopt);
  EXPECT_EQ(fault_of_value(number(1, 60, "s"), "60"), std::nullopt);
}

TEST(FaultOfValue, ABooleanIsYesOrNo) {
  const OptionSpec option{"eager", OptionType::boolean, "no", "", 0, 0, "Begin at once"};
  EXPECT_EQ(fault_of_value(option, "perhaps"), "takes yes or no, not \"perhaps\"");
  EXPECT_EQ(fault_of_value(option, "on"), std::nullopt);
}

TEST(FaultOfValue, ShowsAnEndlessOrHostileValueOnOneLine) {
  const auto fault = fault_of_value(number(1, 60), "1\n" + std::string(5'000, 'x')).value();
  EXPECT_LT(fault.size(), 200U);
  EXPECT_THAT(fault, HasSubstr("\"1\\x0axxx"));
}

TEST(AcceptedValues, IsShortForAList) {
  EXPECT_EQ(accepted_values(number(1, 60, "s")), "1 to 60 s");
  EXPECT_EQ(accepted_values(number(lowest, highest)), "number");
  EXPECT_EQ(accepted_values({"eager", OptionType::boolean, "no", "", 0, 0, ""}), "yes or no");
  EXPECT_EQ(accepted_values({"skip", OptionType::list, "", "", 0, 0, ""}), "list");
}

TEST(FaultOfTable, AllowIsTheOneKeyOfTheDaemonThatAPluginMayHaveToo) {
  EXPECT_EQ(fault_of({"allow", OptionType::list, "", "", 0, 0, "What it may do"}), "none");
  EXPECT_THAT(fault_of({"allow", OptionType::text, "", "", 0, 0, "x"}), HasSubstr("that the daemon itself reads"));
  EXPECT_THAT(fault_of({"on_fault", OptionType::list, "", "", 0, 0, "x"}), HasSubstr("that the daemon itself reads"));
}

TEST(FaultOfTable, ASoundTableHasNone) {
  EXPECT_EQ(fault_of(number(1, 60, "s")), "none");
  EXPECT_EQ(fault_of_table(nullptr, 0), std::nullopt);
}

TEST(FaultOfTable, AMissingOrEndlessTableIsRefusedUnread) {
  EXPECT_EQ(fault_of_table(nullptr, 3), "it has options, but no option table");
  const OptionSpec one = number(1, 60);
  EXPECT_THAT(fault_of_table(&one, std::numeric_limits<std::size_t>::max()).value(), HasSubstr("200 are the most"));
}

TEST(FaultOfTable, EachMemberIsChecked) {
  const auto with = [](auto change) {
    OptionSpec option = number(1, 60);
    change(option);
    return fault_of(option);
  };
  const std::string endless(2'000, 'x');
  EXPECT_THAT(with([](auto& o) { o.key = nullptr; }), HasSubstr("row 1"));
  EXPECT_THAT(with([](auto& o) { o.key = "Pace"; }), HasSubstr("no key of [a-z0-9_]"));
  EXPECT_THAT(with([](auto& o) { o.type = static_cast<OptionType>(9); }), HasSubstr("no known type"));
  EXPECT_THAT(with([](auto& o) { o.default_value = nullptr; }), HasSubstr("no default value"));
  EXPECT_THAT(with([](auto& o) { o.default_value = "99"; }), HasSubstr("would not accept"));
  EXPECT_THAT(with([](auto& o) { o.unit = nullptr; }), HasSubstr("no unit"));
  EXPECT_THAT(with([](auto& o) { o.text = nullptr; }), HasSubstr("no explanation"));
  EXPECT_THAT(with([&](auto& o) { o.text = endless.c_str(); }), HasSubstr("endless"));
  EXPECT_THAT(with([](auto& o) { o.min = 61; }), HasSubstr("min above its max"));
}

TEST(FaultOfTable, AKeyOfTheDaemonsOwnIsNoOption) {
  EXPECT_THAT(fault_of({"on_fault", OptionType::text, "", "", 0, 0, "What I do"}), HasSubstr("that the daemon itself"));
}

TEST(FaultOfTable, AKeyMayAppearOnlyOnce) {
  const OptionSpec twice[] = {number(1, 60), number(1, 60)};
  EXPECT_THAT(fault_of_table(twice, 2).value(), HasSubstr("pace is in its option table twice"));
}

OptionSpec choice(const char* choices, const char* chosen = "tcp") {
  return {"wire", OptionType::choice, chosen, "", 0, 0, "", choices};
}

TEST(FaultOfValue, AChoiceIsOneOfItsWords) {
  const OptionSpec option = choice("tcp, TLS,udp");
  EXPECT_EQ(fault_of_value(option, "tls"), std::nullopt);
  EXPECT_EQ(find_choice(option, "tls"), "TLS");
  EXPECT_EQ(fault_of_value(option, "tsl"), "takes tcp, TLS or udp, not \"tsl\" (did you mean \"TLS\"?)");
  EXPECT_EQ(fault_of_value(option, ""), "takes tcp, TLS or udp, not \"\"");
}

TEST(AcceptedValues, NamesChoicesServersAndTheFileOfASecret) {
  EXPECT_EQ(accepted_values(choice("tcp, tls")), "tcp or tls");
  EXPECT_EQ(accepted_values({"at", OptionType::server, "", "", 0, 0, ""}), "name of a server's section");
  EXPECT_EQ(accepted_values({"token", OptionType::secret, "", "", 0, 0, ""}), "secret; or token_file = its file");
}

TEST(FaultOfTable, ChecksChoicesAndSecrets) {
  EXPECT_EQ(fault_of(choice("tcp")), "none");
  EXPECT_THAT(fault_of(choice(" ,")), HasSubstr("has no choices"));
  EXPECT_THAT(fault_of(choice(nullptr)), HasSubstr("has no choices"));
  EXPECT_THAT(fault_of(choice("tls")), HasSubstr("would not accept"));
  OptionSpec required = choice("tls");
  required.required = true;
  EXPECT_EQ(fault_of(required), "none") << "its default is not used";
  EXPECT_THAT(fault_of({"token", OptionType::secret, "hush", "", 0, 0, ""}), HasSubstr("secret with a default"));
  const OptionSpec clash[] = {{"token_file", OptionType::text, "", "", 0, 0, ""},
                              {"token", OptionType::secret, "", "", 0, 0, ""}};
  EXPECT_THAT(fault_of_table(clash, 2).value(), HasSubstr("twice"));
}

}  // namespace
}  // namespace amibroker::host
