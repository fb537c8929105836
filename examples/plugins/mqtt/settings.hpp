// SPDX-License-Identifier: Apache-2.0
//
// The options of the plugin.
#pragma once

#include <amibroker/options.hpp>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mqtt {

inline constexpr amibroker::OptionSpec option_table[] = {
    {"host", amibroker::OptionType::text, "localhost", "", 0, 0, "name or address of the MQTT broker"},
    {"port", amibroker::OptionType::integer, "0", "", 0, 65535, "its port; 0: 1883, or 8883 with tls_ca"},
    {"username", amibroker::OptionType::text, "", "", 0, 0, "account on the MQTT broker; empty: none"},
    {"password", amibroker::OptionType::secret, "", "", 0, 0, "its password, better as password_file"},
    {"client_id", amibroker::OptionType::text, "", "", 0, 0,
     "how the MQTT broker knows this client; empty: PREFIX@HOST-NAME"},
    {"tls_ca", amibroker::OptionType::text, "", "", 0, 0,
     "file of the authorities that the MQTT broker's certificate is checked with; empty: no encryption"},
    {"prefix", amibroker::OptionType::text, "amibroker", "", 0, 0, "what all topics begin with"},
    {"qos", amibroker::OptionType::integer, "0", "", 0, 2, "quality of service of each message"},
    {"keepalive", amibroker::OptionType::integer, "15", "s", 5, 3600,
     "an MQTT broker that is silent for twice that long counts as gone"},
    {"presence", amibroker::OptionType::boolean, "yes", "", 0, 0, "publish presence states as well"},
    {"include", amibroker::OptionType::list, "*", "", 0, 0, "globs of devices and presentities that are published"},
    // Copies that brokers keep of other servers' states and their notes to each other; channels without a state of
    // their own, whose names never come again.
    {"exclude", amibroker::OptionType::list,
     "Custom:*/*, Custom:zmq-ami-broker*, CustomPresence:*[:/]*, CustomPresence:zmq-ami-broker*, Local/*, Announcer/*, "
     "Recorder/*, CBAnn/*, CBRec/*, AudioSocket/*, UnicastRTP/*, MulticastRTP/*, WebSocket/*, Snoop/*",
     "", 0, 0, "globs of what, of that, is not published"},
    {"max_names", amibroker::OptionType::integer, "20000", "", 1, 1'000'000,
     "most devices and presentities of one server; further ones are counted and reported"},
    {"resync_interval", amibroker::OptionType::integer, "300", "s", 10, 86400,
     "how often the states of each server are read again"},
};

struct Settings {
  std::string host;
  int port = 1883;
  std::string username;
  std::string password;
  std::string client_id;
  std::string tls_ca;
  std::string prefix;
  int qos = 0;
  std::chrono::seconds keepalive{15};
  bool presence = true;
  std::vector<std::string> include;
  std::vector<std::string> exclude;
  std::size_t max_names = 0;
  std::chrono::seconds resync_interval{300};

  /// Of options in which `check_settings` found no mistake.
  [[nodiscard]] static Settings read(const amibroker::Options& options);

  /// Whether this device or presentity is published.
  [[nodiscard]] bool wants(std::string_view name) const;
  /// `<prefix>/broker`: whether this plugin is connected, `online` or `offline`.
  [[nodiscard]] std::string status_topic() const { return prefix + "/broker"; }
};

/// See amibroker::OptionReport.
void check_settings(const amibroker::Options& options, amibroker::OptionReport& report);

}  // namespace mqtt
