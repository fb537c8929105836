// SPDX-License-Identifier: Apache-2.0
//
// Writes down what a wire reports.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/link/wire.hpp"

namespace amibroker::link {

class WireLog final : public WireListener {
 public:
  struct Answer {
    std::optional<std::uint64_t> id;
    std::size_t messages;
    std::string text;  ///< header Message of the first one
    std::string last;  ///< name of the event that the last one is
  };

  void on_connected() override { note("connected"); }
  void on_ready() override { note("ready"); }
  void on_event(ami::EventFrame& frame) override {
    events.emplace_back(frame.name());
    const Message* const message = frame.message();
    values.emplace_back(message == nullptr ? "" : std::string((*message)["Value"]));
    note("event");
  }
  void on_answer(std::optional<std::uint64_t> id, std::span<const Message> messages) override {
    answers.push_back(
        {id, messages.size(), std::string(messages.front()["Message"]), std::string(messages.back().event())});
    note("answer");
    // Still readable, whatever was done inside the call.
    EXPECT_EQ(messages.front()["Message"], answers.back().text);
  }
  void on_progress() override { note("progress"); }
  void on_bad(std::string_view what, std::string_view why) override {
    bad.push_back(std::string(what) + ": " + std::string(why));
    note("bad");
  }
  void on_events_lost(std::uint64_t) override { note("events lost"); }
  void on_flush_wanted() override {
    if (flush) flush();
  }
  void on_notice(std::string_view text) override {
    notices.emplace_back(text);
    note("notice");
  }
  void on_traffic(std::string_view direction, std::string_view text) override {
    traffic.push_back(std::string(direction) + " " + std::string(text));
    note("traffic");
  }
  void on_lost(const Loss& loss) override {
    losses.push_back(loss);
    note("lost");
  }

  [[nodiscard]] std::size_t count(std::string_view call) const {
    return static_cast<std::size_t>(std::count(calls.begin(), calls.end(), call));
  }

  std::vector<std::string> calls;
  std::vector<std::string> events, values, bad, notices, traffic;
  std::vector<Answer> answers;
  std::vector<Loss> losses;
  std::function<void(const std::string& call)> on_call;
  std::function<void()> flush;  ///< what the owner of the wire does if the wire wants to be flushed

 private:
  void note(const std::string& call) {
    calls.push_back(call);
    if (on_call) on_call(call);
  }
};

}  // namespace amibroker::link
