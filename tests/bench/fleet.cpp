// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/fleet.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "tests/bench/zmtp.hpp"

namespace amibroker::bench {

namespace {

constexpr int kEventsATurn = 256;

void require(bool good, const char* what) {
  if (!good) throw std::system_error(errno, std::generic_category(), what);
}

std::string name_of(std::size_t server) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "asterisk-%03zu", server + 1);
  return text.data();
}

}  // namespace

/// One accepted connection. `Port` and `Link` both begin with a field by which they are told apart when epoll hands
/// them back.
struct Watched {
  bool listener = false;
};

struct Fleet::Link : Watched {
  Link(Port& on, Descriptor socket) : port(on), wire(std::move(socket)) {}

  Port& port;
  Connection wire;
  bool greeted = false;
  bool ready = false;
  bool dirty = false;
  bool watching_output = false;
  std::vector<std::string> subscriptions;
  std::string envelope;  // the frames before an action's body, sent back before its reply
};

struct Fleet::Port : Watched {
  Port(Kind what, Server& of) : kind(what), server(of) { listener = true; }

  Kind kind;
  Server& server;
  Descriptor socket;
  std::uint16_t number = 0;
  std::vector<std::unique_ptr<Link>> links;
};

struct Fleet::Server {
  explicit Server(std::size_t at) : index(at), system_name(name_of(at)) {}

  std::size_t index;
  std::string system_name;
  bool alive = true;
  std::uint64_t sequence = 0;  // of the last event
  Port commands{Kind::commands, *this};
  Port events{Kind::events, *this};
};

Fleet::Fleet(std::size_t servers, FleetListener& listener, bool numbered)
    : listener_(listener), numbered_(numbered), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  require(epoll_.get() >= 0, "epoll_create1");
  for (std::size_t at = 0; at < servers; ++at) {
    servers_.push_back(std::make_unique<Server>(at));
    open(servers_.back()->commands);
    open(servers_.back()->events);
  }
}

Fleet::~Fleet() = default;

Ports Fleet::ports(std::size_t server) const {
  return {servers_[server]->commands.number, servers_[server]->events.number};
}

const std::string& Fleet::system_name(std::size_t server) const { return servers_[server]->system_name; }

bool Fleet::everyone_connected() const {
  return std::all_of(servers_.begin(), servers_.end(), [](const auto& server) {
    if (!server->alive) return true;
    const auto& commands = server->commands.links;
    const auto& events = server->events.links;
    return std::any_of(commands.begin(), commands.end(), [](const auto& link) { return link->ready; }) &&
           std::any_of(events.begin(), events.end(), [](const auto& link) { return !link->subscriptions.empty(); });
  });
}

void Fleet::open(Port& port) {
  port.socket = Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  require(port.socket.get() >= 0, "socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  require(::bind(port.socket.get(), generic, size) == 0, "bind");
  require(::listen(port.socket.get(), 16) == 0, "listen");
  require(::getsockname(port.socket.get(), generic, &size) == 0, "getsockname");
  port.number = ntohs(address.sin_port);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = static_cast<Watched*>(&port);
  require(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, port.socket.get(), &event) == 0, "epoll_ctl");
}

void Fleet::accept(Port& port) {
  Descriptor socket(::accept4(port.socket.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (socket.get() < 0) return;
  const int on = 1;
  require(::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0, "TCP_NODELAY");
  auto& link = *port.links.emplace_back(std::make_unique<Link>(port, std::move(socket)));
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = static_cast<Watched*>(&link);
  require(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, link.wire.fd(), &event) == 0, "epoll_ctl");
  link.wire.output() = zmtp::greeting() + zmtp::ready_command(port.kind == Kind::commands ? "REP" : "PUB");
  mark(link);
}

void Fleet::poll(std::chrono::milliseconds timeout) {
  flush();
  std::array<epoll_event, kEventsATurn> events;
  const int count = ::epoll_wait(epoll_.get(), events.data(), kEventsATurn, static_cast<int>(timeout.count()));
  for (int at = 0; at < count; ++at) {
    const auto& event = events[static_cast<std::size_t>(at)];
    auto* const watched = static_cast<Watched*>(event.data.ptr);
    if (watched->listener) {
      accept(static_cast<Port&>(*watched));
      continue;
    }
    auto& link = static_cast<Link&>(*watched);
    if ((event.events & EPOLLOUT) != 0) mark(link);
    if ((event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) receive(link);
  }
  flush();
  closed_.clear();
}

void Fleet::receive(Link& link) {
  if (!link.wire.receive() || !handle_input(link)) close(link);
}

bool Fleet::handle_input(Link& link) {
  if (!link.greeted) {
    if (link.wire.input().size() < zmtp::kGreetingSize) return true;
    if (!zmtp::is_greeting(link.wire.input())) return false;
    link.wire.consume(zmtp::kGreetingSize);
    link.greeted = true;
  }
  const std::string_view all = link.wire.input();
  std::string_view rest = all;
  while (const auto frame = zmtp::take_frame(rest)) {
    if (frame->command()) link.ready = true;
    if (link.port.kind == Kind::events) {
      handle_event_frame(link, frame->body, frame->command());
    } else if (frame->more()) {
      zmtp::append_frame(link.envelope, zmtp::kMore, frame->body);
    } else if (!frame->command()) {
      handle_action(link, frame->body);
      link.envelope.clear();
    }
  }
  link.wire.consume(all.size() - rest.size());
  return true;
}

void Fleet::handle_event_frame(Link& link, std::string_view body, bool command) {
  if (command || body.empty()) return;
  const std::string topic(body.substr(1));
  if (body[0] == '\1') {
    link.subscriptions.push_back(topic);
  } else {
    std::erase(link.subscriptions, topic);
  }
}

void Fleet::handle_action(Link& link, std::string_view body) {
  const auto action = Action::read(body);
  const auto& server = link.port.server;
  if (action.name != "Ping") ++actions_;
  reply_.clear();
  if (action.name == "DeviceStateList" || action.name == "PresenceStateList") {
    std::string items;
    const bool devices = action.name == "DeviceStateList";
    const std::size_t count = devices ? listener_.list_devices(server.index, action.id, items) : 0;
    append_list_reply(reply_, action, items, count);
  } else {
    append_reply(reply_, action, server.system_name);
  }
  auto& out = link.wire.output();
  out.append(link.envelope);
  zmtp::append_frame(out, 0, reply_);
  mark(link);
  if (!action.variable.empty()) listener_.on_setvar(server.index, action.variable, action.value);
  if (action.name == "UserEvent") publish(server.index, user_event(action, body, server.system_name));
}

void Fleet::publish(std::size_t server, std::string_view event) {
  if (numbered_) {
    numbered_event_.assign(event.substr(0, event.size() - 1));
    numbered_event_.append(R"(,"ZmqSequence":")").append(std::to_string(++servers_[server]->sequence)).append(R"("})");
    event = numbered_event_;
  }
  for (const auto& link : servers_[server]->events.links) queue(*link, event);
}

void Fleet::queue(Link& link, std::string_view event) {
  const bool wanted = std::any_of(link.subscriptions.begin(), link.subscriptions.end(),
                                  [&](const auto& topic) { return event.starts_with(topic); });
  if (!wanted) {
    ++filtered_;
    return;
  }
  zmtp::append_frame(link.wire.output(), 0, event);
  mark(link);
}

void Fleet::mark(Link& link) {
  if (link.dirty) return;
  link.dirty = true;
  dirty_.push_back(&link);
}

void Fleet::flush() {
  for (std::size_t at = 0; at < dirty_.size(); ++at) {
    auto& link = *dirty_[at];
    link.dirty = false;
    if (!link.wire.flush()) {
      close(link);
    } else if (link.wire.has_output() != link.watching_output) {
      watch(link, link.wire.has_output());
    }
  }
  dirty_.clear();
}

void Fleet::watch(Link& link, bool output) {
  epoll_event event{};
  event.events = EPOLLIN;
  if (output) event.events |= EPOLLOUT;
  event.data.ptr = static_cast<Watched*>(&link);
  require(::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, link.wire.fd(), &event) == 0, "epoll_ctl");
  link.watching_output = output;
}

void Fleet::close(Link& link) {
  if (link.dirty) std::erase(dirty_, &link);
  auto& links = link.port.links;
  const auto at = std::find_if(links.begin(), links.end(), [&](const auto& each) { return each.get() == &link; });
  if (at == links.end()) return;
  closed_.push_back(std::move(*at));
  links.erase(at);
  // Shut down but not closed yet: events of this turn of the loop may still name this link.
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, link.wire.fd(), nullptr);
}

void Fleet::kill(std::size_t server) {
  auto& dead = *servers_[server];
  dead.alive = false;
  for (Port* port : {&dead.commands, &dead.events}) {
    port->socket.reset();
    while (!port->links.empty()) close(*port->links.front());
  }
  closed_.clear();
}

}  // namespace amibroker::bench
