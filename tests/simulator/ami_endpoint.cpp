// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/ami_endpoint.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "tests/simulator/text.hpp"

namespace amibroker::sim {
namespace {

constexpr auto kBanner = "Asterisk Call Manager/11.0.0";
constexpr int kBacklog = 128;

int checked(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

int listening(std::uint16_t port) {
  const int made = checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket");
  const int on = 1;
  ::setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  // The socket interface takes sockaddr for every family.
  checked(::bind(made, reinterpret_cast<sockaddr*>(&address), sizeof address), "bind");
  checked(::listen(made, kBacklog), "listen");
  return made;
}

}  // namespace

AmiEndpoint::AmiEndpoint(AmiOptions options) : options_(std::move(options)), banner_(kBanner) {
  if (!options_.certificate.empty()) tls_ = make_server_context(options_.certificate, options_.key);
  if (!held_.take(options_.port)) {
    throw std::runtime_error("port " + std::to_string(options_.port) + " of 127.0.0.1 is in use");
  }
  port_ = held_.port();
}

AmiEndpoint::~AmiEndpoint() { close(); }

void AmiEndpoint::open() {
  epoll_ = checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  listener_ = listening(port_);
  held_.release();
  watch_listener();
}

void AmiEndpoint::close() {
  if (!is_open()) return;
  peers_.clear();
  ::close(listener_);
  ::close(epoll_);
  listener_ = epoll_ = -1;
}

void AmiEndpoint::work() {
  std::array<epoll_event, 64> events{};
  const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 0);
  for (int i = 0; i < count; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    const auto found = peers_.find(event.data.u64);
    if (found == peers_.end()) {
      accept();
      continue;
    }
    if ((event.events & EPOLLOUT) != 0 && !found->second.connection.flush()) found->second.connection.close();
    if ((event.events & ~std::uint32_t{EPOLLOUT}) != 0) read(found->second);
  }
  sweep();
}

void AmiEndpoint::accept() {
  while (true) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (socket < 0) return;
    if (without_login() >= options_.authlimit) {
      ::close(socket);
      continue;
    }
    const auto number = ++last_number_;
    auto& peer = peers_.try_emplace(number, socket, silent_ ? nullptr : tls_.get(), options_, number).first->second;
    peer.mute = silent_;
    if (!peer.mute) peer.connection.send(banner_ + "\r\n");
  }
}

void AmiEndpoint::read(Peer& peer) {
  std::string bytes;
  peer.ended = !peer.connection.receive(bytes);
  if (peer.mute) return;
  peer.reader.add(bytes);
  while (auto action = peer.reader.next()) peer.actions.push_back(std::move(*action));
}

// Forgets the sessions that are gone, and has epoll wait for what the others need.
void AmiEndpoint::sweep() {
  std::erase_if(peers_, [](const auto& entry) {
    const Peer& peer = entry.second;
    return !peer.connection.is_open() || (peer.ended && peer.actions.empty() && !peer.refuse_at);
  });
  for (auto& [number, peer] : peers_) watch(number, peer);
}

void AmiEndpoint::watch(std::uint64_t number, Peer& peer) {
  std::uint32_t wanted = peer.ended ? 0U : std::uint32_t{EPOLLIN};
  if (peer.connection.stuck_since()) wanted |= EPOLLOUT;
  if (frozen_) wanted = 0;
  if (wanted == peer.watched) return;
  epoll_event event{};
  event.events = wanted;
  event.data.u64 = number;
  const int change = peer.watched == 0 ? EPOLL_CTL_ADD : wanted == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;
  checked(::epoll_ctl(epoll_, change, peer.connection.descriptor(), &event), "epoll_ctl");
  peer.watched = wanted;
}

void AmiEndpoint::watch_listener() {
  epoll_event event{};
  event.events = EPOLLIN;
  checked(::epoll_ctl(epoll_, frozen_ ? EPOLL_CTL_DEL : EPOLL_CTL_ADD, listener_, &event), "epoll_ctl");
}

std::optional<AmiRequest> AmiEndpoint::receive() {
  for (auto& [number, peer] : peers_) {
    if (frozen_ || peer.actions.empty() || peer.refuse_at) continue;
    AmiRequest request{number, std::move(peer.actions.front())};
    peer.actions.pop_front();
    return request;
  }
  return std::nullopt;
}

bool AmiEndpoint::has_actions() const {
  return !frozen_ && std::any_of(peers_.begin(), peers_.end(), [](const auto& entry) {
    return !entry.second.actions.empty() && !entry.second.refuse_at;
  });
}

ActionResult AmiEndpoint::act(Asterisk& asterisk, const AmiRequest& request) {
  const auto found = peers_.find(request.session);
  if (found == peers_.end()) return {};
  auto& peer = found->second;
  const bool was_in = peer.session.logged_in();
  auto result = peer.session.act(asterisk, request.action, !was_in && in_use());
  if (!was_in && peer.session.logged_in()) ++logins_;
  const bool refused = result.ends_session && result.error;
  if (refused) ++refused_logins_;
  if (refused && options_.refusal_delay > std::chrono::milliseconds::zero()) {
    peer.refuse_at = Clock::now() + options_.refusal_delay;
  }
  return result;
}

void AmiEndpoint::reply(const AmiRequest& request, std::string_view text) {
  const auto found = peers_.find(request.session);
  if (found == peers_.end()) return;
  if (found->second.refuse_at) {
    found->second.later.append(text);
  } else {
    found->second.connection.send(text);
    watch(found->first, found->second);
  }
}

void AmiEndpoint::finish(const AmiRequest& request, const ActionResult& result) {
  const auto found = peers_.find(request.session);
  if (found == peers_.end() || found->second.refuse_at) return;
  for (const auto& event : result.events_to_sender) found->second.connection.send(ami_text(event));
  if (result.ends_session) found->second.connection.close();
  sweep();
}

void AmiEndpoint::publish(const Fields& event) {
  const auto text = ami_text(event);
  for (auto& [number, peer] : peers_) {
    if (!peer.connection.is_open() || !peer.session.wants(event, text)) continue;
    peer.connection.send(text);
    watch(number, peer);
    ++events_sent_;
  }
}

std::optional<Clock::time_point> AmiEndpoint::due() const {
  std::optional<Clock::time_point> first;
  const auto consider = [&](Clock::time_point time) { first = first ? std::min(*first, time) : time; };
  for (const auto& [number, peer] : peers_) {
    if (peer.refuse_at) consider(*peer.refuse_at);
    if (!frozen_ && peer.connection.stuck_since()) consider(*peer.connection.stuck_since() + options_.write_timeout);
  }
  return first;
}

void AmiEndpoint::on_time(Clock::time_point now) {
  for (auto& [number, peer] : peers_) {
    if (peer.refuse_at && *peer.refuse_at <= now) {
      peer.connection.send(peer.later);
      peer.connection.close();
    }
    const auto stuck = peer.connection.stuck_since();
    if (!frozen_ && stuck && *stuck + options_.write_timeout <= now) peer.connection.close();
  }
  sweep();
}

void AmiEndpoint::reset_connections() {
  for (auto& [number, peer] : peers_) peer.connection.reset();
  sweep();
}

void AmiEndpoint::reset_in_event(const Fields& event) {
  const auto text = ami_text(event);
  send_raw(std::string_view(text).substr(0, text.size() / 2));
  reset_connections();
}

void AmiEndpoint::send_raw(std::string_view bytes) {
  for (auto& [number, peer] : peers_) {
    peer.connection.send(bytes);
    watch(number, peer);
  }
}

void AmiEndpoint::freeze(bool on) {
  if (frozen_ == on || !is_open()) return;
  frozen_ = on;
  watch_listener();
  for (auto& [number, peer] : peers_) {
    peer.connection.hold(on);
    if (!on && !peer.connection.flush()) peer.connection.close();
  }
  sweep();
}

std::size_t AmiEndpoint::without_login() const {
  return static_cast<std::size_t>(
      std::count_if(peers_.begin(), peers_.end(), [](const auto& entry) { return !entry.second.session.logged_in(); }));
}

bool AmiEndpoint::in_use() const { return without_login() < peers_.size(); }

AmiState AmiEndpoint::state() const {
  AmiState state{.logins = logins_, .refused_logins = refused_logins_, .events_sent = events_sent_};
  for (const auto& [number, peer] : peers_) {
    if (!peer.session.logged_in()) continue;
    ++state.sessions;
    state.asked = state.asked || peer.session.asked();
    state.event_mask = peer.session.event_mask();
    state.filters = peer.session.filters();
  }
  return state;
}

}  // namespace amibroker::sim
