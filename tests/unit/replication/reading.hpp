// SPDX-License-Identifier: Apache-2.0
//
// Servers that answer when they are asked for their states.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "amibroker/testing/fake_host.hpp"
#include "amibroker/testing/message_builder.hpp"

namespace amibroker::replication {

/// Headers of one item of a list.
using Item = std::vector<std::pair<std::string, std::string>>;

/// What each server lists; one that is not in it lists nothing.
using Lists = std::map<ServerId, std::vector<Item>>;

/// Hands an event to the plugin that is tested.
using HandEvent = std::function<void(ServerId, const Message&)>;

/// Takes the requests of a snapshot out of `host.requests`; all others stay there, in their order.
inline std::deque<testing::Request> take_reading(testing::FakeHost& host) {
  std::deque<testing::Request> taken;
  std::deque<testing::Request> kept;
  for (testing::Request& request : host.requests)
    (request.action.name() == "Setvar" ? kept : taken).push_back(std::move(request));
  host.requests.swap(kept);
  return taken;
}

/// A server publishes the event that it was asked for.
inline void publish_fence(const testing::Request& fence, const HandEvent& on_event) {
  testing::MessageBuilder event("UserEvent");
  event.add("UserEvent", fence.header("UserEvent")).add("Fence", fence.header("Fence"));
  on_event(fence.server, event.message());
}

/// A server answers with its list, as Asterisk does: the answer, the items, the end.
inline void answer_list(const testing::Request& list, const std::vector<Item>& items) {
  std::deque<testing::MessageBuilder> builders;
  builders.emplace_back().add("Response", "Success").add("EventList", "start");
  for (const Item& item : items) {
    testing::MessageBuilder& builder = builders.emplace_back();
    for (const auto& [name, value] : item) builder.add(name, value);
  }
  builders.emplace_back().add("EventList", "Complete").add("ListItems", std::to_string(items.size()));
  std::vector<Message> messages;
  for (const testing::MessageBuilder& builder : builders) messages.push_back(builder.message());
  list.done(Reply{Outcome::success, "", messages});
}

/// What a server lists on which a broker was before (Notes), as all do on which a test does not say otherwise.
inline const Item broker_note{
    {"Event", "DeviceStateChange"}, {"Device", "Custom:zmq-ami-broker"}, {"State", "NOT_INUSE"}};

/// Every server that was asked for its states answers with its list and publishes its fence. The number of lists.
inline std::size_t read_servers(testing::FakeHost& host, const HandEvent& on_event, const Lists& lists = {},
                                bool noted = true) {
  std::size_t answered = 0;
  for (const testing::Request& request : take_reading(host)) {
    if (request.action.name() == "UserEvent") {
      if (request.done) request.done(Reply{Outcome::success, "Event Sent", {}});
      publish_fence(request, on_event);
    } else {
      const auto list = lists.find(request.server);
      std::vector<Item> items = list == lists.end() ? std::vector<Item>{} : list->second;
      if (noted) items.push_back(broker_note);
      answer_list(request, items);
      ++answered;
    }
  }
  return answered;
}

}  // namespace amibroker::replication
