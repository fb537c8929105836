// SPDX-License-Identifier: Apache-2.0
//
// The options of the bus.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "amibroker/options.hpp"
#include "plugins/bus/endpoint.hpp"
#include "plugins/bus/request.hpp"

namespace amibroker::bus {

inline constexpr OptionSpec option_table[] = {
    {"events", OptionType::text, "tcp://127.0.0.1:9478", "", 0, 0,
     "where readers get events: tcp://ADDRESS:PORT; empty: nowhere"},
    {"actions", OptionType::text, "", "", 0, 0, "where clients ask for actions: tcp://ADDRESS:PORT; empty: nowhere"},
    {"allow", OptionType::list, "", "", 0, 0, "the actions that clients may ask for"},
    {"queue", OptionType::integer, "1000", "", 1, 100'000,
     "most messages that wait for one reader; further ones are lost for that reader"},
    {"curve_secret", OptionType::secret, "", "", 0, 0,
     "secret key of this end (zmq-ami-broker --make-keys makes a pair); encrypts both sockets"},
    {"curve_clients", OptionType::list, "", "", 0, 0, "public keys of the readers and clients that may come in"},
};

struct Settings {
  std::optional<Endpoint> events;
  std::optional<Endpoint> actions;
  AllowedNames allow;
  int queue = 1000;
  std::string curve_secret;                ///< empty: no encryption
  std::vector<std::string> curve_clients;  ///< public keys, Z85

  /// Of options in which `check_settings` found no mistake.
  [[nodiscard]] static Settings read(const Options& options);
};

/// See OptionReport.
void check_settings(const Options& options, OptionReport& report);

/// Whether a text can be a key: 40 characters that stand for 32 bytes.
[[nodiscard]] bool is_curve_key(const std::string& text);

}  // namespace amibroker::bus
