// SPDX-License-Identifier: Apache-2.0
//
// A session and the manager interface that it reaches, both on one loop.
#pragma once

#include <memory>
#include <string>

#include "tests/unit/base/loop_test.hpp"
#include "tests/unit/link/native/ami_peer.hpp"
#include "tests/unit/link/wire_log.hpp"

namespace amibroker::link::native {

class SessionTest : public base::LoopTest {
 protected:
  ~SessionTest() override {
    if (wire) wire->close();
  }
  void connect() { connect(peer.config()); }
  void connect(const ServerConfig& config, const std::string& address = "127.0.0.1") {
    if (wire) wire->close();
    wire = transport.connect(config, address, interest, log);
    session = static_cast<Session*>(wire.get());
  }
  void connect_and_be_ready() {
    connect();
    ASSERT_TRUE(ready());
  }
  [[nodiscard]] bool ready() {
    return run_until([&] { return log.count("ready") == 1; });
  }
  [[nodiscard]] bool lost() {
    return run_until([&] { return log.count("lost") == 1; });
  }
  [[nodiscard]] bool asked_by_itself(std::size_t count) {
    return run_until([&] { return peer.own.size() >= count; });
  }
  std::uint64_t ask(const std::string& name) {
    EXPECT_TRUE(wire->send(*transport.encode(Action(name), ++last_id)));
    wire->flush();
    return last_id;
  }
  /// Asks, and waits until the server has it.
  AmiPeer::Action reach(const std::string& name) {
    const std::size_t before = peer.actions.size();
    ask(name);
    EXPECT_TRUE(run_until([&] { return peer.actions.size() > before; }));
    return peer.actions.back();
  }

  AmiPeer peer{loop};
  NativeTransport transport{loop};
  WireLog log;
  Interest interest{.all = true};
  std::unique_ptr<Wire> wire;
  Session* session = nullptr;
  std::uint64_t last_id = 0;
};

}  // namespace amibroker::link::native
