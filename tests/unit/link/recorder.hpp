// SPDX-License-Identifier: Apache-2.0
//
// Writes down what the servers say.
#pragma once

#include <string>
#include <vector>

#include "core/link/server_listener.hpp"

namespace amibroker::link {

class Recorder final : public ServerListener {
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
  void on_answer(ServerId, Owner owner, const Completion& done, const Reply& reply) override {
    answers.push_back({owner, reply.outcome, std::string(reply.text), reply.messages.size()});
    if (done) done(reply);
  }
  void on_up(ServerId) override { ++ups; }
  void on_down(ServerId) override { ++downs; }
  void on_events_lost(ServerId, std::uint64_t count) override { losses.push_back(count); }
  void on_identified(ServerId, const Identity& identity) override {
    system_names.emplace_back(identity.system_name);
    versions.emplace_back(identity.asterisk_version);
  }

  std::vector<std::string> names;
  int unreadable = 0;
  std::vector<Answer> answers;
  int ups = 0;
  int downs = 0;
  std::vector<std::uint64_t> losses;
  std::vector<std::string> system_names;
  std::vector<std::string> versions;
};

}  // namespace amibroker::link
