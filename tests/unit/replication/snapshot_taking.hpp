// SPDX-License-Identifier: Apache-2.0
//
// Snapshots on a FakeHost, and what they tell their reader.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plugins/replication/snapshots.hpp"
#include "tests/unit/replication/reading.hpp"

namespace amibroker::replication {

/// Writes down what it is told: `0 asked`, `0 list 2` with the number of messages.
class Recorder final : public SnapshotReader {
 public:
  void list_asked(ServerId server) override { note(server, "asked"); }
  void list_came(ServerId server, std::span<const Message> items) override {
    note(server, "list " + std::to_string(items.size()));
  }
  void list_applies(ServerId server) override { note(server, "applies"); }
  void sign(ServerId, Action&) override {}
  void list_failed(ServerId server) override { note(server, "failed"); }

  std::vector<std::string> taken() { return std::exchange(notes_, {}); }

 private:
  void note(ServerId server, const std::string& what) { notes_.push_back(std::to_string(server) + " " + what); }
  std::vector<std::string> notes_;
};

/// Three servers, of which server 0 is up. No regular snapshots.
class SnapshotTaking : public ::testing::Test {
 protected:
  SnapshotTaking() { up(0); }
  static SnapshotConfig config(std::chrono::seconds interval) {
    return {"p", "TestList", "res_test.so", interval, Life{}};
  }

  void up(ServerId server) {
    host.set_up(server);
    snapshots->server_up(server);
  }
  /// As the daemon does: what is under way ends first.
  void down(ServerId server) {
    host.take_down(no_plugin, server);
    snapshots->server_down(server);
  }
  void event(ServerId server, const Message& message) { snapshots->on_user_event(server, message); }
  /// The oldest list that was asked for, and its fence.
  struct Asked {
    testing::Request list;
    testing::Request fence;
  };
  Asked asked() {
    Asked asked{host.requests.at(0), host.requests.at(1)};
    host.requests.erase(host.requests.begin(), host.requests.begin() + 2);
    return asked;
  }
  void publish(const testing::Request& fence) {
    publish_fence(fence, [this](ServerId server, const Message& message) { event(server, message); });
  }
  /// A server publishes an event that perhaps another one was asked for.
  void event_of(ServerId server, const testing::Request& fence) {
    testing::MessageBuilder message("UserEvent");
    message.add("UserEvent", fence.header("UserEvent")).add("Fence", fence.header("Fence"));
    event(server, message.message());
  }
  void complete() {
    const Asked now = asked();
    answer_list(now.list, {});
    publish(now.fence);
  }
  /// The list comes, and its fence does not within this time; nothing happens before.
  void lose_fence(std::chrono::milliseconds waited) {
    answer_list(asked().list, {});
    host.clock.advance(waited - std::chrono::milliseconds(1));
    ASSERT_THAT(reader.taken(), ::testing::ElementsAre("0 asked", "0 list 2"));
    ASSERT_TRUE(host.requests.empty());
    host.clock.advance(std::chrono::milliseconds(1));
  }
  void refuse() { asked().list.done(Reply{Outcome::error, "Invalid/unknown command", {}}); }

  /// What the daemon is told: `1 0` with the numbers of the servers.
  class Twins final : public SameAsterisk {
   public:
    void found(ServerId one, ServerId other, std::string_view) noexcept override {
      told.push_back(std::to_string(one) + " " + std::to_string(other));
    }
    std::vector<std::string> told;
  };
  testing::FakeHost& offering() {
    host.offer(static_cast<SameAsterisk&>(twins));
    return host;
  }
  class NoPlugin final : public Plugin {
    void start(Host&) override {}
    void on_event(ServerId, const Message&) override {}
  };
  testing::FakeHost host{{"One", "Two", "Three"}, {}, amibroker::testing::Timeouts::by_the_test};
  NoPlugin no_plugin;
  Recorder reader;
  Twins twins;
  std::unique_ptr<Snapshots> snapshots =
      std::make_unique<Snapshots>(offering(), reader, config(std::chrono::seconds(0)));
};

}  // namespace amibroker::replication
