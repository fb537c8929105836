// SPDX-License-Identifier: Apache-2.0
//
// Writes down what a link tells.
#pragma once

#include <string>
#include <vector>

#include "core/link/link.hpp"

namespace amibroker::link {

class Recorder final : public LinkListener {
 public:
  struct Answer {
    Owner owner;
    Outcome outcome;
    std::string text;
    std::size_t messages;
  };
  void on_event(ServerId, ami::EventFrame& frame) override {
    names.emplace_back(frame.name());
    if (frame.message() == nullptr) ++unreadable;
  }
  void on_reply(ServerId, Owner owner, const Completion& done, const Reply& reply) override {
    answers.push_back({owner, reply.outcome, std::string(reply.text), reply.messages.size()});
    if (done) done(reply);
  }
  void on_up(ServerId) override { ++ups; }
  void on_down(ServerId) override { ++downs; }
  void on_events_lost(ServerId, std::uint64_t count) override { losses.push_back(count); }

  std::vector<std::string> names;
  int unreadable = 0;
  std::vector<Answer> answers;
  int ups = 0;
  int downs = 0;
  std::vector<std::uint64_t> losses;
};

}  // namespace amibroker::link
