// SPDX-License-Identifier: Apache-2.0
//
// A dispatcher between servers and handlers that only keep what they are told.
#pragma once

#include <gmock/gmock.h>

#include <array>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/dispatch/dispatcher.hpp"

namespace amibroker::dispatch {

class FakeServers final : public link::ServerAccess {
 public:
  struct Request {
    ServerId server;
    std::string name;
    link::Owner owner;
    Completion done;
  };
  void request(ServerId server, const Action& action, std::chrono::milliseconds, link::Owner owner,
               Completion done) override {
    requests.push_back({server, std::string(action.name()), owner, std::move(done)});
  }
  [[nodiscard]] bool is_up(ServerId server) const noexcept override { return server == the_one_that_is_up; }
  void set_interest(const link::Interest& wanted) override { interests.push_back(wanted); }
  ServerId the_one_that_is_up = 99;
  std::vector<Request> requests;
  std::vector<link::Interest> interests;
};

class FakeHandler final : public Handler {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "fake"; }
  bool event(ServerId server, const Message& message, Fault& fault) noexcept override {
    seen.push_back(std::to_string(server) + ":" + std::string(message.event()));
    return detail::contain(fault, [&] {
      if (on_event) on_event();
    });
  }
  bool server_up(ServerId server, Fault&) noexcept override {
    return seen.push_back("up " + std::to_string(server)), true;
  }
  bool server_down(ServerId server, Fault&) noexcept override {
    return seen.push_back("down " + std::to_string(server)), true;
  }
  bool server_added(ServerId server, Fault&) noexcept override {
    return seen.push_back("added " + std::to_string(server)), true;
  }
  bool server_changed(ServerId server, Fault&) noexcept override {
    return seen.push_back("changed " + std::to_string(server)), true;
  }
  bool server_retired(ServerId server, Fault&) noexcept override {
    return seen.push_back("retired " + std::to_string(server)), true;
  }
  bool events_lost(ServerId server, std::uint64_t count, Fault& fault) noexcept override {
    seen.push_back("lost " + std::to_string(count) + " of " + std::to_string(server));
    return detail::contain(fault, [&] {
      if (on_event) on_event();
    });
  }
  bool report(Fault& fault) noexcept override {
    seen.emplace_back("report");
    return detail::contain(fault, [&] {
      if (on_event) on_event();
    });
  }
  bool completion(const Completion& done, const Reply& reply, Fault& fault) noexcept override {
    return detail::contain(fault, [&] { done(reply); });
  }
  bool task(const std::function<void()>& task, Fault& fault) noexcept override {
    return detail::contain(fault, [&] { task(); });
  }
  void threw(const CallStatistics&) noexcept override {
    if (on_fault) on_fault();
  }
  std::vector<std::string> seen;
  std::function<void()> on_event, on_fault;
};

class FakeFrame final : public ami::EventFrame {
 public:
  explicit FakeFrame(std::string_view name, bool readable = true) : fields_{{{"Event", name}}}, readable_(readable) {}
  [[nodiscard]] std::string_view name() const noexcept override { return fields_[0].value; }
  [[nodiscard]] const Message* message() override { return ++decoded, readable_ ? &message_ : nullptr; }
  int decoded = 0;

 private:
  std::array<Field, 1> fields_;
  bool readable_;
  Message message_{fields_};
};

class DispatcherTest : public ::testing::Test {
 protected:
  DispatcherTest() {
    dispatcher.attach(servers);
    dispatcher.add_server(0, "Berlin");
    dispatcher.add_server(1, "Paris");
    id1 = dispatcher.add(first);
    id2 = dispatcher.add(second);
  }
  int event(std::string_view name, ServerId server = 0, bool readable = true) {
    FakeFrame frame(name, readable);
    dispatcher.on_event(server, frame);
    return frame.decoded;
  }
  FakeServers servers;
  FakeHandler first, second;
  Dispatcher dispatcher{std::chrono::milliseconds(20)};
  HandlerId id1 = 0, id2 = 0;
};

}  // namespace amibroker::dispatch
