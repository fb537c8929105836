// SPDX-License-Identifier: Apache-2.0
#include "plugins/bus/settings.hpp"

#include <zmq.h>

#include <array>
#include <cstdint>

namespace amibroker::bus {
namespace {

constexpr std::size_t curve_key_length = 40;

/// The endpoint of an option that is set, if there is nothing wrong with it.
std::optional<Endpoint> check_endpoint(const Options& options, const char* key, OptionReport& report) {
  const std::string_view text = options.text(key);
  if (text.empty()) return std::nullopt;
  auto endpoint = parse_endpoint(text);
  if (!endpoint) {
    report.mistake(key,
                   "takes tcp://ADDRESS:PORT with a numeric address of this machine, or * for all of them: "
                   "tcp://127.0.0.1:9478 or tcp://[::1]:9478");
    return std::nullopt;
  }
  if (!endpoint->is_loopback && options.text("curve_secret").empty()) {
    report.mistake(key,
                   "is an address that other machines can reach, so it needs keys: set curve_secret_file and "
                   "curve_clients (docs/bus.md has the steps), or listen at 127.0.0.1");
    return std::nullopt;
  }
  return endpoint;
}

void check_keys(const Options& options, OptionReport& report) {
  const std::string secret(options.text("curve_secret"));
  const auto& clients = options.list("curve_clients");
  if (secret.empty() && !clients.empty())
    return report.mistake("curve_clients",
                          "needs curve_secret_file beside it: the file NAME.secret that "
                          "zmq-ami-broker --make-keys NAME made");
  if (secret.empty()) return;
  if (zmq_has("curve") != 1)
    return report.mistake("curve_secret",
                          "cannot be used: the libzmq of this machine was built without CURVE; install "
                          "one that has it (Debian's libzmq5 does)");
  if (!is_curve_key(secret))
    report.mistake("curve_secret",
                   "is no key, which is one line of 40 characters; name the file NAME.secret that "
                   "zmq-ami-broker --make-keys NAME made");
  if (clients.empty())
    report.mistake("curve_secret", "needs curve_clients beside it: the public keys of those that may come in");
  for (const std::string_view client : clients)
    if (!is_curve_key(std::string(client)))
      report.mistake("curve_clients",
                     "takes public keys of 40 characters between commas; they are in the files "
                     "NAME.public that zmq-ami-broker --make-keys NAME makes");
}

}  // namespace

Settings Settings::read(const Options& options) {
  Settings settings;
  settings.events = parse_endpoint(options.text("events"));
  settings.actions = parse_endpoint(options.text("actions"));
  settings.allow = AllowedNames(options.list("allow"));
  settings.queue = static_cast<int>(options.integer("queue"));
  settings.curve_secret = options.text("curve_secret");
  for (const std::string_view client : options.list("curve_clients")) settings.curve_clients.emplace_back(client);
  return settings;
}

void check_settings(const Options& options, OptionReport& report) {
  const auto events = check_endpoint(options, "events", report);
  const auto actions = check_endpoint(options, "actions", report);
  if (events && actions && events->text() == actions->text())
    report.mistake("actions", "is the address of events as well: take another port");
  if (options.text("events").empty() && options.text("actions").empty())
    report.mistake("events", "and actions are both empty, so the bus does nothing: set one, or switch the bus off");
  if (actions && options.list("allow").empty())
    report.mistake("actions",
                   "needs allow beside it, which names the actions that clients may ask for: "
                   "allow = Setvar, Originate");
  check_keys(options, report);
}

bool is_curve_key(const std::string& text) {
  std::array<std::uint8_t, 32> bytes{};
  // The length of the C string as well: libzmq reads up to the first zero byte.
  return text.size() == curve_key_length && text.find('\0') == text.npos &&
         zmq_z85_decode(bytes.data(), text.c_str()) != nullptr;
}

}  // namespace amibroker::bus
