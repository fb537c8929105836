// SPDX-License-Identifier: Apache-2.0
//
// Servers whose wires do what the test says (see FakeTransport).
#pragma once

#include <gmock/gmock.h>

#include <future>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/link/servers.hpp"
#include "tests/unit/base/loop_test.hpp"
#include "tests/unit/link/fake_transport.hpp"
#include "tests/unit/link/log_capture.hpp"
#include "tests/unit/link/recorder.hpp"

namespace amibroker::link {

class FakeAccess final : public Access {
 public:
  explicit FakeAccess(std::string secret = {}) : secret_(std::move(secret)) {}
  [[nodiscard]] std::vector<Port> ports() const override { return {}; }
  [[nodiscard]] std::string place() const override { return "port 1"; }
  [[nodiscard]] std::string advice() const override { return "Look there"; }
  [[nodiscard]] std::vector<std::string> changes_since(const Access& before) const override {
    if (dynamic_cast<const FakeAccess&>(before).secret_ == secret_) return {};
    return {"its secret is another one"};
  }

 private:
  std::string secret_;
};

class FleetTest : public base::LoopTest {
 protected:
  static constexpr std::chrono::milliseconds long_time{60'000};

  FleetTest() { made_ = nullptr; }

  static ServerConfig config_of(const std::string& section, const std::string& addr = "127.0.0.1",
                                const std::string& secret = {}) {
    return {.section = section,
            .name = "Name of " + section,
            .addr = addr,
            .transport = &kind,
            .access = std::make_shared<FakeAccess>(secret)};
  }
  /// Short waits: what takes seconds on a real server.
  static ServerTimings quick() {
    using std::chrono::milliseconds;
    return {.tick = milliseconds(2),
            .attempt = milliseconds(100),
            .ping_period = milliseconds(20),
            .ping_timeout = milliseconds(60),
            .hold_after = milliseconds(30),
            .longest_ping = milliseconds(200),
            .useless_after = milliseconds(200),
            .longest_wait = milliseconds(300),
            .first_retry = milliseconds(1),
            .last_retry = milliseconds(4),
            .first_login_retry = milliseconds(50),
            .last_login_retry = milliseconds(100),
            .steady = milliseconds(100)};
  }
  void begin(ServerTimings timings = quick(), Resolver::Lookup look_up = {}) {
    if (!look_up) look_up = [](const std::string&) { return Resolver::Found{{}, "its name does not resolve"}; };
    servers = std::make_unique<Servers>(loop, recorder, 1, timings, std::move(look_up));
  }
  [[nodiscard]] FakeTransport& transport() { return *made_; }

  /// Answers everything that was sent on the newest wire and not answered yet, except actions named in `ignored`.
  void serve() {
    if (made_ == nullptr) return;
    for (std::size_t w = 0; w < made_->wires(); ++w) {
      FakeWireState& wire = made_->wire(w);
      for (std::size_t& next = served_[w]; next < wire.sent.size();) {
        const std::string text = wire.sent[next++];
        const auto blank = text.find(' ');
        const std::string name = text.substr(blank + 1);
        if (std::find(ignored.begin(), ignored.end(), name) == ignored.end())
          answer(wire, std::stoull(text.substr(0, blank)));
      }
    }
  }
  void answer(FakeWireState& wire, std::uint64_t id) {
    const std::string id_text = std::to_string(id);
    std::vector<Field> fields{{"Response", "Success"}, {"ActionID", id_text}};
    for (const auto& [name, value] : settings) fields.push_back({name, value});
    const Message message(fields);
    wire.tell([&](WireListener& to) { to.on_answer(id, {&message, 1}); });
  }
  /// Runs until `done` with all new wires connected and ready at once, and all answered.
  [[nodiscard]] bool serve_until(const std::function<bool()>& done) {
    return run_until([&] {
      for (std::size_t w = 0; made_ != nullptr && w < made_->wires(); ++w)
        if (made_->wire(w).is_open() && !opened_[w]) {
          opened_[w] = true;
          made_->wire(w).connected();
          made_->wire(w).ready();
        }
      serve();
      return done();
    });
  }
  void come_up(ServerTimings timings = quick()) {
    begin(timings);
    servers->add(config_of("a"));
    ASSERT_TRUE(serve_until([&] { return recorder.ups == 1; }));
  }
  /// As if a plugin, a crowd of events, or another process on the only core held the loop up.
  void hold_the_loop(std::chrono::milliseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) {
    }
  }

  static inline FakeTransport* made_ = nullptr;
  static inline const TransportKind kind{.name = "fake",
                                         .about = "a test",
                                         .keys = {},
                                         .read = nullptr,
                                         .make = [](base::EventLoop&, std::size_t) -> std::unique_ptr<Transport> {
                                           auto transport = std::make_unique<FakeTransport>();
                                           made_ = transport.get();
                                           return transport;
                                         }};

  LogCapture log;
  Recorder recorder;
  std::vector<std::string> ignored;             ///< actions that are left unanswered
  std::map<std::string, std::string> settings;  ///< more headers of each answer
  std::unique_ptr<Servers> servers;

 private:
  std::map<std::size_t, std::size_t> served_;
  std::map<std::size_t, bool> opened_;
};

}  // namespace amibroker::link
