// SPDX-License-Identifier: Apache-2.0
#include "core/control/rights.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

namespace amibroker::control {
namespace {

constexpr gid_t lookers = 70001, changers = 70002;
const Rights rights{lookers, changers};

Peer stranger(std::vector<gid_t> groups) { return {::geteuid() + 4711, 1, std::move(groups)}; }

TEST(Rights, GroupsMayWhatTheyAreNamedFor) {
  EXPECT_FALSE(rights.allow(stranger({}), Level::look));
  EXPECT_FALSE(rights.allow(stranger({1, 2}), Level::look));
  EXPECT_TRUE(rights.allow(stranger({1, lookers}), Level::look));
  EXPECT_FALSE(rights.allow(stranger({1, lookers}), Level::change));
  EXPECT_TRUE(rights.allow(stranger({changers}), Level::look));
  EXPECT_TRUE(rights.allow(stranger({changers}), Level::change));
  EXPECT_FALSE(Rights{}.allow(stranger({0, lookers}), Level::look)) << "no group is named";
}

TEST(Rights, RootAndTheDaemonsOwnUserMayAll) {
  EXPECT_TRUE(Rights{}.allow({0, 1, {}}, Level::change));
  EXPECT_TRUE(Rights{}.allow({::geteuid(), 1, {}}, Level::change));
}

TEST(PeerGuard, RefusesWhoMayNotEvenLookWhateverIsAsked) {
  const PeerGuard guard(stranger({}), rights);
  EXPECT_EQ(std::get<Failure>(guard.judge({})).status, 403);
  const PeerGuard looker(stranger({lookers}), rights);
  EXPECT_TRUE(std::holds_alternative<Admitted>(looker.judge({})));
  EXPECT_EQ(looker.refusal(Level::look), std::nullopt);
  EXPECT_EQ(looker.refusal(Level::change)->code, "forbidden");
}

TEST(PeerOf, AsksTheKernel) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  const auto peer = peer_of(ends[0]);
  ASSERT_TRUE(peer);
  EXPECT_EQ(peer->user, ::geteuid());
  EXPECT_EQ(peer->process, ::getpid());
  EXPECT_NE(std::find(peer->groups.begin(), peer->groups.end(), ::getegid()), peer->groups.end());
  EXPECT_NE(peer->text().find("uid " + std::to_string(::geteuid())), std::string::npos);
  ::close(ends[0]), ::close(ends[1]);
  EXPECT_FALSE(peer_of(ends[0]));
}

TEST(GroupOf, KnowsNamesOfThisMachine) {
  EXPECT_EQ(group_of("root"), 0U);
  EXPECT_EQ(group_of("no-such-group-here"), std::nullopt);
  EXPECT_EQ(group_of(""), std::nullopt);
}

}  // namespace
}  // namespace amibroker::control
