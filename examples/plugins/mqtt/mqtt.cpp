// SPDX-License-Identifier: Apache-2.0
#include "mqtt.hpp"

#include <mosquitto.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

#include "topic.hpp"

namespace mqtt {
namespace {

using namespace std::chrono_literals;
using amibroker::Level;
using amibroker::ServerId;

/// What waits in the sender is older than what would follow it, so there is little room.
constexpr amibroker::Sender::Limits sender_limits{.most_bytes = 256 * 1024};
/// Most lines in one go, which is well below a millisecond; the rest follows after a moment.
constexpr std::size_t most_lines = 500;
constexpr auto moment = 20ms;

}  // namespace

void Mqtt::start(amibroker::Host& host) {
  host_ = &host;
  settings_ = Settings::read(host.options());
  bad_events_ = &host.counter("bad_events");
  not_published_ = &host.counter("not_published");
  no_room_ = &host.counter("no_room");
  states_.emplace(settings_.prefix, settings_.max_names);
  lists_.emplace(host, *states_, settings_.resync_interval, settings_.presence,
                 [this](ServerId server, Kind kind, std::string_view name, std::string_view state) {
                   take(server, kind, name, state, Source::list);
                   send_soon();
                 });
  connect();
  for (const amibroker::ServerInfo& server : host.servers())
    if (!server.retired) on_server_added(server.id);
  host.subscribe("DeviceStateChange");
  if (settings_.presence) host.subscribe("PresenceStateChange");
  host.every(1s, [this] {
    lists_->tick();
    send_soon();
  });
}

void Mqtt::connect() {
  // Not undone at the end: OpenSSL, which it would close, belongs to the daemon as well.
  if (mosquitto_lib_init() != MOSQ_ERR_SUCCESS) throw std::runtime_error("libmosquitto cannot be used");
  std::array<int, 2> pair{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0)
    throw std::system_error(errno, std::generic_category(), "socketpair");
  sender_.emplace(*host_, "mqtt", pair[0], sender_limits);
  courier_.emplace(*host_, settings_, pair[1], [this](bool yes) { connected(yes); });
}

void Mqtt::stop() {
  sender_.reset();  // and with it the courier's lines end
  courier_.reset();
}

void Mqtt::on_event(ServerId server, const amibroker::Message& message) {
  if (amibroker::same_name(message.event(), "DeviceStateChange"))
    take(server, Kind::device, message["Device"], known_state(Kind::device, message["State"]), Source::event);
  else if (settings_.presence && amibroker::same_name(message.event(), "PresenceStateChange"))
    take(server, Kind::presence, message["Presentity"], known_state(Kind::presence, message["Status"]), Source::event);
  send_soon();
}

void Mqtt::on_server_up(ServerId server) {
  states_->set_status(place(server), "online");
  lists_->server_up(server, place(server));
  send_soon();
}

void Mqtt::on_server_down(ServerId server) {
  states_->set_status(place(server), "offline");
  lists_->server_down(server);
  send_soon();
}

void Mqtt::on_server_added(ServerId server) {
  states_->set_status(place(server), "offline");
  send_soon();
}

void Mqtt::on_server_retired(ServerId server) {
  states_->clear(place(server));
  send_soon();
}

void Mqtt::on_events_lost(ServerId server, std::uint64_t) { lists_->soon(server); }

void Mqtt::on_report() {
  host_->log(Level::info, std::string(is_connected_ ? "connected to " : "not connected to ") + settings_.host + ", " +
                              std::to_string(states_->size()) + " names" +
                              (states_->waits() ? ", some of them wait to be published" : ""));
}

void Mqtt::connected(bool yes) {
  is_connected_ = yes;
  if (!yes) return;
  states_->all_again();
  send_soon();
}

void Mqtt::take(ServerId server, Kind kind, std::string_view name, std::string_view state, Source source) {
  if (name.empty() || name.size() > longest_name || state.empty()) {
    ++*bad_events_;
    return;
  }
  if (!settings_.wants(name)) {
    ++*not_published_;
    return;
  }
  const auto taken = source == Source::list ? states_->set_listed(place(server), kind, name, state)
                                            : states_->set(place(server), kind, name, state);
  if (taken == States::Taken::full) say_full(server);
}

void Mqtt::say_full(ServerId server) {
  ++*no_room_;
  if (std::exchange(said_full_, true)) return;
  host_->log(Level::warning, std::string(host_->servers()[server].name) +
                                 " has more than max_names = " + std::to_string(settings_.max_names) +
                                 " names; further ones are not published. If they are real, set max_names higher");
}

void Mqtt::send_soon() { send_after(0ms); }

void Mqtt::send_after(std::chrono::milliseconds delay) {
  if (is_connected_ && states_->waits() && !std::exchange(will_send_, true)) host_->after(delay, [this] { send(); });
}

void Mqtt::send() {
  will_send_ = false;
  for (std::size_t lines = 0; is_connected_ && states_->waits() && lines < most_lines; ++lines) {
    line_.clear();
    const std::string_view state = states_->first(line_);
    line_.append(1, ' ').append(state).append(1, '\n');
    if (!sender_->has_room(line_.size())) break;
    sender_->send(line_);
    states_->pop_first();
  }
  send_after(moment);
}

States::Place& Mqtt::place(ServerId server) { return states_->place(host_->servers()[server].section); }

}  // namespace mqtt

AMIBROKER_PLUGIN_WITH_OPTIONS(mqtt::Mqtt, "mqtt", "1.0", "Device and presence states as retained MQTT messages",
                              mqtt::option_table)
