// SPDX-License-Identifier: Apache-2.0
//
// One server's section, read for somebody who adds the server by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/app/config.hpp"

namespace amibroker::app {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* text =
    "[servers]\n"
    "sections = one\n"
    "[one]\naddr = 192.0.2.1\ncmd_port = 5555\nevt_port = 5556\n"
    "[two]\nname = Second\naddr = 192.0.2.2\ncmd_port = 5555\nevt_port = 5556\nzones = a, b\n"
    "[three]\naddr = 192.0.2.3\ncmd_prot = 1\n";

TEST(ConfigOneServer, IsReadWhetherItIsListedOrNot) {
  const LoadedServer one = parse_server(text, {}, "one");
  EXPECT_TRUE(one.is_there && one.is_listed && one.server);
  const LoadedServer two = parse_server(text, {}, "two");
  EXPECT_TRUE(two.is_there);
  EXPECT_FALSE(two.is_listed);
  EXPECT_THAT(two.errors, IsEmpty()) << "mistakes of other sections are none of its";
  ASSERT_TRUE(two.server);
  EXPECT_EQ(two.server->section, "two");
  EXPECT_EQ(two.server->name, "Second");
  EXPECT_THAT(two.server->zones, SizeIs(2));
  ASSERT_NE(two.server->access, nullptr);
}

TEST(ConfigOneServer, SaysItsMistakesWithTheirLines) {
  const LoadedServer three = parse_server(text, {}, "three");
  EXPECT_TRUE(three.is_there);
  EXPECT_FALSE(three.server);
  ASSERT_FALSE(three.errors.empty());
  EXPECT_THAT(to_string("f", three.errors.back()), HasSubstr("f:"));
  EXPECT_THAT(three.errors.back().text, HasSubstr("cmd_port"));
}

TEST(ConfigOneServer, ThatIsNotThereHasANearOne) {
  const LoadedServer none = parse_server(text, {}, "tow");
  EXPECT_FALSE(none.is_there || none.server);
  EXPECT_THAT(none.errors, IsEmpty());
  EXPECT_THAT(none.hint, HasSubstr("two"));
  for (const char* const reserved : {"servers", "general", "plugins", "plugin x", "control", "http"})
    EXPECT_FALSE(parse_server("[plugin x]\na = 1\n" + std::string(text), {}, reserved).is_there) << reserved;
}

TEST(ConfigOneServer, OfAFileThatIsNoneIsRefused) {
  EXPECT_THAT(parse_server(std::string(text) + "what is this\n", {}, "one").errors, SizeIs(1));
  EXPECT_FALSE(parse_server(std::string(text) + "what is this\n", {}, "one").server);
  EXPECT_THAT(parse_server("\xff\xfe", {}, "one").errors, SizeIs(1));
  EXPECT_THAT(parse_server(std::string(max_config_bytes + 1, ' '), {}, "one").errors, SizeIs(1));
  EXPECT_THAT(load_server("/nowhere/config.ini", "one").errors, SizeIs(1));
}

}  // namespace
}  // namespace amibroker::app
