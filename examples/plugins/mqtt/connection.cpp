// SPDX-License-Identifier: Apache-2.0
#include "connection.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace mqtt {
namespace {

/// Most messages that it has not confirmed; with QoS 0 there are none.
constexpr std::size_t most_unconfirmed = 20;

std::string text_of(int result) {
  if (result == MOSQ_ERR_KEEPALIVE) return "it does not answer";
  return result == MOSQ_ERR_ERRNO ? std::strerror(errno) : mosquitto_strerror(result);
}

}  // namespace

Connection::Connection(const Settings& settings, const std::string& address)
    : qos_(settings.qos), client_(mosquitto_new(settings.client_id.c_str(), true, this)) {
  if (!client_) throw std::runtime_error(std::strerror(errno));
  configure(settings);
  const std::string& host = settings.tls_ca.empty() ? address : settings.host;
  check(
      mosquitto_connect_async(client_.get(), host.c_str(), settings.port, static_cast<int>(settings.keepalive.count())),
      host + " port " + std::to_string(settings.port));
}

void Connection::configure(const Settings& settings) {
  mosquitto_log_callback_set(client_.get(), [](mosquitto*, void* object, int level, const char* text) {
    if (level == MOSQ_LOG_ERR) of(object).detail_ = text;
  });
  mosquitto_connect_callback_set(client_.get(), [](mosquitto*, void* object, int code) {
    if (code == 0) of(object).state_ = State::connected;
    of(object).detail_ = code == 0 ? "" : mosquitto_connack_string(code);
  });
  mosquitto_publish_callback_set(client_.get(), [](mosquitto*, void* object, int) { --of(object).unconfirmed_; });
  check(mosquitto_int_option(client_.get(), MOSQ_OPT_TCP_NODELAY, 1), "TCP_NODELAY");
  if (!settings.username.empty())
    check(mosquitto_username_pw_set(client_.get(), settings.username.c_str(), settings.password.c_str()), "account");
  if (!settings.tls_ca.empty())
    check(mosquitto_tls_set(client_.get(), settings.tls_ca.c_str(), nullptr, nullptr, nullptr, nullptr), "tls_ca");
  constexpr std::string_view offline = "offline";
  check(mosquitto_will_set(client_.get(), settings.status_topic().c_str(), static_cast<int>(offline.size()),
                           offline.data(), qos_, true),
        "last will");
}

short Connection::wanted() const noexcept {
  // While TLS begins libmosquitto would have us wait until the socket can be written to, which it always can.
  const bool writes = state_ == State::connected ? mosquitto_want_write(client_.get()) : !is_reached_;
  return static_cast<short>(POLLIN | (writes ? POLLOUT : 0));
}

void Connection::serve(short polled) {
  if (state_ == State::lost) return;
  is_reached_ = is_reached_ || (polled & POLLOUT) != 0;
  // The beginning of TLS is a matter of reading, whatever was polled.
  const bool begins = state_ == State::connecting && is_reached_;
  int result = MOSQ_ERR_SUCCESS;
  if (begins || (polled & POLLIN) != 0) result = mosquitto_loop_read(client_.get(), 1);
  if (result == MOSQ_ERR_SUCCESS && is_reached_) result = mosquitto_loop_write(client_.get(), 1);
  if (result == MOSQ_ERR_SUCCESS) result = mosquitto_loop_misc(client_.get());
  if (result != MOSQ_ERR_SUCCESS) return lose(result);
  if ((polled & (POLLERR | POLLHUP)) != 0) return lose(MOSQ_ERR_CONN_LOST);
}

bool Connection::takes() const noexcept {
  return state_ == State::connected && unconfirmed_ < most_unconfirmed && !mosquitto_want_write(client_.get());
}

void Connection::publish(const std::string& topic, std::string_view payload) {
  ++unconfirmed_;  // before the call, from which the callback may come
  const int result = mosquitto_publish(client_.get(), nullptr, topic.c_str(), static_cast<int>(payload.size()),
                                       payload.data(), qos_, true);
  if (result != MOSQ_ERR_SUCCESS) lose(result);
}

void Connection::end() {
  if (state_ == State::connected) mosquitto_disconnect(client_.get());
}

void Connection::check(int result, const std::string& what) {
  if (result == MOSQ_ERR_SUCCESS) return;
  const std::string text = detail_.empty() ? text_of(result) : detail_;
  throw std::runtime_error(what + ": " + text);
}

void Connection::lose(int result) {
  why_ = text_of(result);
  int fault = 0;
  socklen_t size = sizeof fault;
  if (socket() >= 0 && ::getsockopt(socket(), SOL_SOCKET, SO_ERROR, &fault, &size) == 0 && fault != 0)
    why_ = std::strerror(fault);
  if (!detail_.empty()) why_ = detail_;
  state_ = State::lost;
}

}  // namespace mqtt
