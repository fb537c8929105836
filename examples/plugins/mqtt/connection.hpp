// SPDX-License-Identifier: Apache-2.0
//
// One connection to the MQTT broker, by libmosquitto.
#pragma once

#include <mosquitto.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "settings.hpp"

namespace mqtt {

/// Made anew for each attempt, so that nothing of the last one is sent later. It never waits: who has it polls its
/// socket. (mosquitto_loop waits with select, which a daemon with more than 1,024 descriptors cannot use.) One thread.
class Connection {
 public:
  enum class State : std::uint8_t { connecting, connected, lost };

  /// Begins to connect. `address`: what the name of the MQTT broker stands for; with TLS libmosquitto looks the name
  /// up again, because it checks the certificate with what it connects to. Throws std::runtime_error.
  Connection(const Settings& settings, const std::string& address);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] State state() const noexcept { return state_; }
  /// Why it was lost.
  [[nodiscard]] const std::string& why() const noexcept { return why_; }

  [[nodiscard]] int socket() const noexcept { return mosquitto_socket(client_.get()); }
  /// What to poll the socket for.
  [[nodiscard]] short wanted() const noexcept;
  /// After each poll, at least once a second: with what was polled, or 0. It is lost if the MQTT broker does not answer
  /// the first time within `keepalive`, and later within twice that.
  void serve(short polled);

  /// Whether the MQTT broker took what was published before, so that the next message waits nowhere.
  [[nodiscard]] bool takes() const noexcept;
  /// Retained; an empty payload clears the topic.
  void publish(const std::string& topic, std::string_view payload);
  /// Says goodbye, so that the last will is not published. It is sent when `takes` is true again.
  void end();

 private:
  struct Destroy {
    void operator()(mosquitto* client) const noexcept { mosquitto_destroy(client); }
  };

  void configure(const Settings& settings);
  void check(int result, const std::string& what);
  void lose(int result);
  static Connection& of(void* object) { return *static_cast<Connection*>(object); }

  const int qos_;
  std::unique_ptr<mosquitto, Destroy> client_;
  State state_ = State::connecting;
  bool is_reached_ = false;  ///< TCP is connected
  std::size_t unconfirmed_ = 0;
  std::string why_;
  std::string detail_;  ///< the last error of libmosquitto's log
};

}  // namespace mqtt
