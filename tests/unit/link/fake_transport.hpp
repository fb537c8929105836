// SPDX-License-Identifier: Apache-2.0
//
// A transport whose wires do nothing but keep what they are given; the test decides what happens to them:
//
//     FakeTransport transport;
//     … whatever connects …
//     transport.wire(0).tell([](WireListener& listener) { listener.on_connected(); });
//     EXPECT_THAT(transport.wire(0).sent, ElementsAre("7 Ping"));
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/link/transport.hpp"

namespace amibroker::link {

/// What one wire was given. Outlives the wire, as long as its transport lives.
struct FakeWireState {
  ServerConfig config;
  std::string address;
  Interest interest;  ///< at the connect
  WireListener* listener = nullptr;

  bool takes = true;                ///< what `send` returns
  std::vector<std::string> sent{};  ///< that were taken, in order
  std::size_t flushed = 0;          ///< of `sent`: with the last flush
  std::size_t flushes = 0;
  std::vector<Interest> wants{};  ///< after the connect
  bool shows_traffic = false;
  bool closed = false;
  bool destroyed = false;

  /// Whether the wire may call its listener.
  [[nodiscard]] bool is_open() const noexcept { return !closed && !destroyed; }
  /// Calls the listener, as the wire would; a wire that is closed stays silent.
  void tell(const std::function<void(WireListener&)>& call) {
    if (!is_open()) return;
    ++calls;
    call(*listener);
    --calls;
  }
  void connected() {
    tell([](WireListener& to) { to.on_connected(); });
  }
  void ready() {
    tell([](WireListener& to) { to.on_ready(); });
  }
  void lost(const Loss& loss) {
    tell([&](WireListener& to) { to.on_lost(loss); });
  }
  int calls = 0;  ///< of the listener, under way now
};

class FakeTransport final : public Transport {
 public:
  WireTraits fake_traits{
      .window = 512, .answers_without_id = true, .events_show_life = false, .bytes = ami::Bytes::utf8};
  std::map<std::string, std::string> cannot_connect{};  ///< what connect throws, by address
  std::map<std::string, std::string> refused{};         ///< what `refusal` says, by action

  /// All that were made, in order.
  [[nodiscard]] std::size_t wires() const noexcept { return wires_.size(); }
  [[nodiscard]] FakeWireState& wire(std::size_t index) { return *wires_.at(index); }
  [[nodiscard]] FakeWireState& last() { return *wires_.at(wires_.size() - 1); }

  [[nodiscard]] const WireTraits& traits() const noexcept override { return fake_traits; }
  [[nodiscard]] std::unique_ptr<Wire> connect(const ServerConfig& config, const std::string& address,
                                              const Interest& interest, WireListener& listener) override {
    const auto problem = cannot_connect.find(address);
    if (problem != cannot_connect.end()) throw std::runtime_error(problem->second);
    wires_.push_back(std::make_shared<FakeWireState>(FakeWireState{config, address, interest, &listener}));
    return std::make_unique<FakeWire>(wires_.back());
  }
  [[nodiscard]] std::string_view refusal(std::string_view action) const noexcept override {
    const auto found = refused.find(std::string(action));
    return found == refused.end() ? std::string_view() : found->second;
  }
  /// "ID NAME", as one text.
  [[nodiscard]] EncodedPtr encode(const Action& action, std::uint64_t id) override {
    return EncodedPtr(new EncodedText(std::to_string(id) + " " + std::string(action.name())));
  }

 private:
  class FakeWire final : public Wire {
   public:
    explicit FakeWire(std::shared_ptr<FakeWireState> state) : state_(std::move(state)) {}
    ~FakeWire() override {
      EXPECT_EQ(state_->calls, 0) << "the wire to " << state_->address << " is destroyed inside a call to its listener";
      state_->destroyed = true;
    }
    FakeWire(const FakeWire&) = delete;
    FakeWire& operator=(const FakeWire&) = delete;

    [[nodiscard]] bool send(const Encoded& action) override {
      EXPECT_FALSE(state_->closed) << "nothing is sent on a closed wire";
      if (state_->takes) state_->sent.emplace_back(action.bytes());
      return state_->takes;
    }
    void flush() override { state_->flushed = state_->sent.size(), ++state_->flushes; }
    void want(const Interest& interest) override { state_->wants.push_back(interest); }
    void show_traffic(bool on) override { state_->shows_traffic = on; }
    void close() noexcept override { state_->closed = true; }

   private:
    std::shared_ptr<FakeWireState> state_;
  };

  std::vector<std::shared_ptr<FakeWireState>> wires_;
};

}  // namespace amibroker::link
