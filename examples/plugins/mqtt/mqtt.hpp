// SPDX-License-Identifier: Apache-2.0
//
// Publishes the device and presence states of all servers as retained MQTT messages. See README.md.
#pragma once

#include <amibroker/plugin.hpp>
#include <amibroker/sender.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "courier.hpp"
#include "lists.hpp"
#include "settings.hpp"
#include "states.hpp"

namespace mqtt {

/// On the loop's thread: what is known, and what of it waits. From there a line for each change goes through the SDK's
/// sender and a pair of sockets to the courier, whose thread has the connection. If that is slow the sender has no
/// room, and only the latest state of each name waits here.
class Mqtt final : public amibroker::Plugin {
 public:
  static void check_options(const amibroker::Options& options, amibroker::OptionReport& report) {
    check_settings(options, report);
  }

  void start(amibroker::Host& host) override;
  void on_event(amibroker::ServerId server, const amibroker::Message& message) override;
  void on_server_up(amibroker::ServerId server) override;
  void on_server_down(amibroker::ServerId server) override;
  void on_server_added(amibroker::ServerId server) override;
  void on_server_retired(amibroker::ServerId server) override;
  void on_events_lost(amibroker::ServerId server, std::uint64_t count) override;
  void on_report() override;
  void stop() override;

 private:
  enum class Source : std::uint8_t { event, list };

  void connect();
  void connected(bool yes);
  /// An event, or an item of a list, which says the same; `state` is one of known_state, or empty.
  void take(amibroker::ServerId server, Kind kind, std::string_view name, std::string_view state, Source source);
  void say_full(amibroker::ServerId server);
  void send_soon();
  void send_after(std::chrono::milliseconds delay);
  void send();
  [[nodiscard]] States::Place& place(amibroker::ServerId server);

  amibroker::Host* host_ = nullptr;
  Settings settings_;
  std::optional<States> states_;
  std::optional<Lists> lists_;
  std::optional<Courier> courier_;  // ends when the sender has closed its end of the pair
  std::optional<amibroker::Sender> sender_;
  bool is_connected_ = false;
  bool will_send_ = false;  ///< a timer is set
  bool said_full_ = false;
  std::string line_;
  amibroker::Counter* bad_events_ = nullptr;
  amibroker::Counter* not_published_ = nullptr;
  amibroker::Counter* no_room_ = nullptr;
};

}  // namespace mqtt
