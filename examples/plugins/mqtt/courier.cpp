// SPDX-License-Identifier: Apache-2.0
#include "courier.hpp"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <exception>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace mqtt {
namespace {

using namespace std::chrono_literals;
using amibroker::Level;
using std::chrono::steady_clock;

constexpr auto first_wait = 500ms;
constexpr auto longest_wait = 10s;
/// A connection that ends sooner counts as an attempt that failed.
constexpr auto holds = 10s;
constexpr auto lookup_patience = 15s;
constexpr std::size_t most_text = 16 * 1024;

std::chrono::milliseconds wait_before(std::size_t attempts) {
  return std::min<std::chrono::milliseconds>(longest_wait, first_wait * (1U << std::min<std::size_t>(attempts, 10)));
}

}  // namespace

Courier::Courier(amibroker::Host& host, Settings settings, int lines, Connected connected)
    : host_(host),
      settings_(std::move(settings)),
      lines_(lines),
      connected_(std::move(connected)),
      published_(host.counter("published")),
      connections_(host.counter("connections")) {
  thread_ = std::thread([this] { work(); });
}

Courier::~Courier() {
  thread_.join();
  ::close(lines_);
}

void Courier::work() noexcept {
  // Signals are for the program's own thread; SIGPIPE, for one, would end it.
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
  while (!deadline_) {
    try {
      attempt();
    } catch (const std::exception& fault) {
      say(std::string("cannot connect: ") + fault.what());
    }
    if (!deadline_) wait(steady_clock::now() + wait_before(attempts_++));
  }
}

void Courier::attempt() {
  const auto where = address();
  if (where) connect_to(*where);
}

std::optional<std::string> Courier::address() {
  const Lookup lookup(settings_.host);
  const auto end = steady_clock::now() + lookup_patience;
  while (!deadline_) {
    if (const auto addresses = lookup.result()) return (*addresses)[attempts_ % addresses->size()];
    if (steady_clock::now() > end) throw std::runtime_error("nobody says which address " + settings_.host + " has");
    poll(nullptr, 10ms);
  }
  return std::nullopt;
}

void Courier::connect_to(const std::string& where) {
  Connection connection(settings_, where);
  while (!deadline_ && connection.state() == Connection::State::connecting) poll(&connection, 100ms);
  if (connection.state() == Connection::State::lost)
    say("cannot connect: " + where + " port " + std::to_string(settings_.port) + ": " + connection.why());
  if (connection.state() != Connection::State::connected) return;
  const auto begin = steady_clock::now();
  run(connection);
  if (steady_clock::now() - begin >= holds) attempts_ = 0;
}

void Courier::run(Connection& connection) {
  ++connections_;
  said_.clear();
  host_.log(Level::info, "connected to the MQTT broker at " + settings_.host);
  connection.publish(settings_.status_topic(), "online");
  host_.post([told = connected_] { told(true); });
  while (!is_over() && connection.state() == Connection::State::connected) {
    poll(&connection, 1s);
    publish_lines(connection);
  }
  host_.post([told = connected_] { told(false); });
  if (connection.state() == Connection::State::lost)
    say("the connection to the MQTT broker is lost: " + connection.why());
  else say_goodbye(connection);
}

void Courier::wait(TimePoint until) {
  while (!deadline_ && steady_clock::now() < until)
    poll(nullptr, std::chrono::ceil<std::chrono::milliseconds>(until - steady_clock::now()));
}

/// Waits for lines and for the connection, and serves both. Without a connection lines are thrown away.
void Courier::poll(Connection* connection, std::chrono::milliseconds most) {
  if (deadline_)
    most =
        std::min(most, std::max(0ms, std::chrono::ceil<std::chrono::milliseconds>(*deadline_ - steady_clock::now())));
  const bool is_connected = connection != nullptr && connection->state() == Connection::State::connected;
  const bool reads = !is_connected || (connection->takes() && text_.size() < most_text);
  // At its end a socket is ready for ever: once that is known it is asked only for lines that there is room for.
  std::array<pollfd, 2> both{
      {{deadline_ && (!reads || no_more_lines_) ? -1 : lines_, static_cast<short>(reads ? POLLIN : 0), 0},
       {connection != nullptr ? connection->socket() : -1, connection != nullptr ? connection->wanted() : short{0},
        0}}};
  ::poll(both.data(), both.size(), static_cast<int>(most.count()));
  if ((both[0].revents & POLLHUP) != 0 && !deadline_) deadline_ = steady_clock::now() + last_words;
  if ((both[0].revents & POLLIN) != 0) read_lines();
  else if ((both[0].revents & POLLHUP) != 0 && reads) no_more_lines_ = true;
  if (!is_connected) text_.clear();
  if (connection != nullptr) connection->serve(both[1].revents);
}

void Courier::read_lines() {
  std::array<char, 4096> buffer{};
  const ssize_t count = ::read(lines_, buffer.data(), buffer.size());
  if (count > 0) text_.append(buffer.data(), static_cast<std::size_t>(count));
  else if (count == 0) no_more_lines_ = true;
}

void Courier::publish_lines(Connection& connection) {
  std::size_t begin = 0;
  while (connection.takes()) {
    const std::size_t end = text_.find('\n', begin);
    if (end == text_.npos) break;
    const std::string_view line = std::string_view(text_).substr(begin, end - begin);
    const std::size_t blank = line.find(' ');
    connection.publish(std::string(line.substr(0, blank)), line.substr(blank + 1));
    ++published_;
    begin = end + 1;
  }
  text_.erase(0, begin);
}

void Courier::say_goodbye(Connection& connection) {
  if (connection.takes()) connection.publish(settings_.status_topic(), "offline");
  connection.end();
  while (connection.state() == Connection::State::connected && !connection.takes() && steady_clock::now() < *deadline_)
    poll(&connection, last_words);
}

void Courier::say(const std::string& text) {
  // Each reason once a minute: addresses that take turns may each have their own.
  const auto now = steady_clock::now();
  if (now - said_since_ >= 1min) {
    said_.clear();
    said_since_ = now;
  }
  if (said_.insert(text).second) host_.log(Level::warning, text);
}

/// All lines are published, or there is no more time for them.
bool Courier::is_over() const {
  return deadline_ && ((no_more_lines_ && text_.find('\n') == text_.npos) || steady_clock::now() >= *deadline_);
}

}  // namespace mqtt
