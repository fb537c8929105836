// SPDX-License-Identifier: Apache-2.0
//
// The thread that brings states to the MQTT broker.
#pragma once

#include <amibroker/host.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "connection.hpp"
#include "lookup.hpp"
#include "settings.hpp"

namespace mqtt {

/// Takes lines `TOPIC STATE` from a socket, as the sender writes them, and publishes each. If the MQTT broker does not
/// take them it stops reading, so that the sender's queue fills up; while there is no connection it throws lines away,
/// because everything is published anew when there is one.
class Courier {
 public:
  /// On the loop's thread: whether there is a connection. Told at each change.
  using Connected = std::function<void(bool)>;

  /// Takes `lines`, the reading end of a pair of sockets, over. `host` must outlive this.
  Courier(amibroker::Host& host, Settings settings, int lines, Connected connected);
  /// Joins the thread. The other end of `lines` must be closed: that is what ends it, after at most `last_words`.
  ~Courier();
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;

  /// What there is for the lines that were sent before the end, and for the goodbye.
  static constexpr std::chrono::milliseconds last_words{300};

 private:
  using TimePoint = std::chrono::steady_clock::time_point;

  void work() noexcept;
  void attempt();
  [[nodiscard]] std::optional<std::string> address();
  void connect_to(const std::string& where);
  void run(Connection& connection);
  void wait(TimePoint until);
  void poll(Connection* connection, std::chrono::milliseconds most);
  void read_lines();
  void publish_lines(Connection& connection);
  void say_goodbye(Connection& connection);
  void say(const std::string& text);
  [[nodiscard]] bool is_over() const;

  amibroker::Host& host_;
  const Settings settings_;
  const int lines_;
  const Connected connected_;
  amibroker::Counter& published_;
  amibroker::Counter& connections_;
  std::string text_;                   ///< of lines that were read and not published yet
  bool no_more_lines_ = false;         ///< and none will come
  std::optional<TimePoint> deadline_;  ///< for the rest, once the other end is closed
  std::size_t attempts_ = 0;           ///< since the last connection that held
  std::set<std::string> said_;         ///< failures that are in the log, since the last connection or minute
  TimePoint said_since_{};
  std::thread thread_;
};

}  // namespace mqtt
