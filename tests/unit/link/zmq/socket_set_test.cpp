// SPDX-License-Identifier: Apache-2.0
#include "core/link/zmq/socket_set.hpp"

#include <gtest/gtest.h>

#include <poll.h>
#include <system_error>

#include <chrono>
#include <deque>
#include <functional>

namespace amibroker::link::zeromq {
namespace {

using Clock = std::chrono::steady_clock;

/// Runs the set as a loop does, with nothing else that could wake it. False: it slept to the deadline with work left.
bool run_until(SocketSet& set, const std::function<bool()>& done) {
  const auto deadline = Clock::now() + std::chrono::seconds(20);
  while (!done()) {
    if (set.turn() || done()) continue;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd ready{set.descriptor(), POLLIN, 0};
    if (left <= 0 || ::poll(&ready, 1, static_cast<int>(left)) == 0) return done();
  }
  return true;
}

/// One side of a PAIR of sockets that sends a message back for each that it receives.
struct Player {
  Player(zmq::context_t& context, SocketSet& set_, int rounds_)
      : socket(context, ZMQ_PAIR), set(set_), rounds(rounds_) {
    socket.set(zmq::sockopt::linger, 0);
  }
  void attach() {
    handle = set.attach(socket, [this](int budget) { return drain(budget); });
  }
  bool drain(int budget) {
    for (zmq::message_t message; budget > 0; --budget) {
      if (!socket.recv(message, zmq::recv_flags::dontwait)) return false;
      ++received;
      if (sent < rounds) send();
    }
    return true;
  }
  void send() {
    set.mark(handle);
    if (socket.send(zmq::buffer("ball", 4), zmq::send_flags::dontwait)) ++sent;
  }
  zmq::socket_t socket;
  SocketSet& set;
  int rounds;
  SocketSet::Handle handle = 0;
  int sent = 0;
  int received = 0;
};

TEST(SocketSet, NoSocketStallsUnderLoadInBothDirections) {
  constexpr int pairs = 40;
  constexpr int rounds = 3000;
  zmq::context_t context;
  SocketSet set;
  std::deque<Player> players;
  for (int i = 0; i < pairs; ++i) {
    Player& a = players.emplace_back(context, set, rounds);
    a.socket.bind("tcp://127.0.0.1:*");
    const std::string address = a.socket.get(zmq::sockopt::last_endpoint);
    Player& b = players.emplace_back(context, set, rounds);
    b.socket.connect(address);
    a.attach(), b.attach();
  }
  for (Player& player : players)
    for (int i = 0; i < 8; ++i) player.send();
  const bool done = run_until(set, [&] {
    return std::all_of(players.begin(), players.end(), [](const Player& p) { return p.received == rounds; });
  });
  EXPECT_TRUE(done) << "stalled; first player has " << players.front().received;
  for (Player& player : players) set.detach(player.handle);
}

TEST(SocketSet, ACallbackMayDetachItsOwnSocketAndAttachAnother) {
  zmq::context_t context;
  SocketSet set;
  zmq::socket_t a(context, ZMQ_PAIR);
  zmq::socket_t b(context, ZMQ_PAIR);
  a.bind("inproc://x");
  b.connect("inproc://x");
  SocketSet::Handle first = 0;
  int calls_of_second = 0;
  bool sent = false;
  first = set.attach(b, [&](int) {
    zmq::message_t message;
    if (!b.recv(message, zmq::recv_flags::dontwait)) return false;
    set.detach(first);
    set.attach(b, [&](int) { return ++calls_of_second, false; });
    return true;
  });
  EXPECT_TRUE(run_until(set, [&] {
    if (!sent) sent = a.send(zmq::buffer("x", 1), zmq::send_flags::dontwait).has_value();
    return calls_of_second > 0;
  }));
}

TEST(SocketSet, ADetachedSocketIsNotCalledAnyMore) {
  zmq::context_t context;
  SocketSet set;
  zmq::socket_t a(context, ZMQ_PAIR);
  a.bind("inproc://y");
  int calls = 0;
  const auto handle = set.attach(a, [&](int) { return ++calls, false; });
  set.detach(handle);
  set.mark(handle);
  EXPECT_FALSE(set.turn());
  EXPECT_EQ(calls, 0);
}

TEST(SocketSet, ASocketThatTheKernelDoesNotTakeLeavesNothingBehind) {
  zmq::context_t context;
  zmq::socket_t one(context, ZMQ_PAIR), other(context, ZMQ_PAIR);
  SocketSet set;
  const auto handle = set.attach(one, [](int) { return false; });
  EXPECT_THROW(set.attach(one, [](int) { return false; }), std::system_error) << "its descriptor is there already";
  bool read = false;
  const auto next = set.attach(other, [&](int) { return read = true, false; });
  EXPECT_EQ(next, handle + 1) << "no handle was used up";
  set.turn();
  EXPECT_TRUE(read);
  set.detach(handle), set.detach(next);
}

}  // namespace
}  // namespace amibroker::link::zeromq
