// SPDX-License-Identifier: Apache-2.0
//
// least-loop: the least that libzmq lets a broker be. It takes each event, finds Device and State by memmem and sends a
// Setvar to all other servers. No parser, no state, no window, no timers: the yardstick for the daemon.
//
// Usage: least-loop FILE, where each line of FILE holds the address of a server's events and that of its commands.

#include <sys/epoll.h>
#include <unistd.h>
#include <zmq.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

void require(bool good, const char* what) {
  if (!good) throw std::runtime_error(std::string(what) + ": " + zmq_strerror(zmq_errno()));
}

void set(void* socket, int option, int value) {
  require(zmq_setsockopt(socket, option, &value, sizeof value) == 0, "zmq_setsockopt");
}

/// A message that owns its content between calls; receiving into it frees what it held.
class Frame {
 public:
  Frame() { zmq_msg_init(&message_); }
  ~Frame() { zmq_msg_close(&message_); }
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;

  zmq_msg_t* get() { return &message_; }
  std::string_view view() { return {static_cast<const char*>(zmq_msg_data(&message_)), zmq_msg_size(&message_)}; }

 private:
  zmq_msg_t message_;
};

std::string_view find_value(std::string_view json, std::string_view begin) {
  const void* const found = memmem(json.data(), json.size(), begin.data(), begin.size());
  if (found == nullptr) return {};
  const std::string_view rest =
      json.substr(static_cast<std::size_t>(static_cast<const char*>(found) - json.data()) + begin.size());
  const void* const quote = std::memchr(rest.data(), '"', rest.size());
  if (quote == nullptr) return {};
  return rest.substr(0, static_cast<std::size_t>(static_cast<const char*>(quote) - rest.data()));
}

class Loop {
 public:
  explicit Loop(const std::string& file);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  [[noreturn]] void run();

 private:
  // ZMQ_FD signals only what is new, and any call on a socket may swallow the signal. So each use of a socket marks it,
  // and the loop sleeps only when every marked socket has been read until it said EAGAIN.
  struct Socket {
    void* handle = nullptr;
    std::size_t server = 0;
    bool events = false;
    bool marked = false;
  };

  static constexpr int kBudget = 256;  // messages of one socket before the others have their turn

  void* open(int type, const std::string& address);
  void watch(std::size_t index);
  void mark(std::size_t index);
  bool drain(Socket& socket);
  void handle(std::size_t server, std::string_view event);
  void send(std::size_t index);

  void* context_;
  int epoll_;
  std::vector<Socket> sockets_;  // the events of server n at 2n, its commands at 2n+1
  std::vector<std::size_t> marked_;
  std::vector<std::size_t> turn_;
  Frame received_;
  Frame body_;
  std::string text_;
  unsigned long long next_id_ = 0;
};

Loop::Loop(const std::string& file) : context_(zmq_ctx_new()), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  std::ifstream in(file);
  std::vector<std::array<std::string, 2>> servers;
  for (std::array<std::string, 2> each; in >> each[0] >> each[1];) servers.push_back(each);
  if (servers.empty()) throw std::runtime_error(file + ": no addresses");
  require(zmq_ctx_set(context_, ZMQ_MAX_SOCKETS, static_cast<int>(2 * servers.size() + 16)) == 0, "ZMQ_MAX_SOCKETS");
  for (std::size_t server = 0; server < servers.size(); ++server) {
    sockets_.push_back({open(ZMQ_SUB, servers[server][0]), server, true, false});
    sockets_.push_back({open(ZMQ_DEALER, servers[server][1]), server, false, false});
  }
  for (std::size_t index = 0; index < sockets_.size(); ++index) watch(index);
}

Loop::~Loop() {
  for (const auto& socket : sockets_) zmq_close(socket.handle);
  zmq_ctx_term(context_);
  ::close(epoll_);
}

void* Loop::open(int type, const std::string& address) {
  void* const socket = zmq_socket(context_, type);
  require(socket != nullptr, "zmq_socket");
  set(socket, ZMQ_RCVHWM, 0);
  set(socket, ZMQ_SNDHWM, 0);
  set(socket, ZMQ_LINGER, 0);
  if (type == ZMQ_SUB) {
    require(zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "", 0) == 0, "ZMQ_SUBSCRIBE");
  }
  require(zmq_connect(socket, address.c_str()) == 0, address.c_str());
  return socket;
}

void Loop::watch(std::size_t index) {
  int fd = -1;
  std::size_t size = sizeof fd;
  require(zmq_getsockopt(sockets_[index].handle, ZMQ_FD, &fd, &size) == 0, "ZMQ_FD");
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = index;
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) throw std::runtime_error("epoll_ctl");
  mark(index);
}

void Loop::mark(std::size_t index) {
  if (sockets_[index].marked) return;
  sockets_[index].marked = true;
  marked_.push_back(index);
}

void Loop::run() {
  std::array<epoll_event, 256> events;
  for (;;) {
    while (!marked_.empty()) {
      turn_.swap(marked_);
      for (const auto index : turn_) {
        sockets_[index].marked = false;
        if (!drain(sockets_[index])) mark(index);
      }
      turn_.clear();
    }
    const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
    for (int at = 0; at < count; ++at) mark(events[static_cast<std::size_t>(at)].data.u64);
  }
}

/// False if there may be more.
bool Loop::drain(Socket& socket) {
  for (int taken = 0; taken < kBudget; ++taken) {
    if (zmq_msg_recv(received_.get(), socket.handle, ZMQ_DONTWAIT) < 0) {
      require(zmq_errno() == EAGAIN || zmq_errno() == EINTR, "zmq_msg_recv");
      return zmq_errno() == EAGAIN;
    }
    if (socket.events) handle(socket.server, received_.view());
  }
  return false;
}

void Loop::handle(std::size_t server, std::string_view event) {
  const auto device = find_value(event, R"("Device":")");
  if (device.empty() || device.starts_with("Custom:") || device.starts_with("Local/")) return;
  const auto state = find_value(event, R"("State":")");
  text_ = R"({"Action":"Setvar","ActionID":")";
  text_.append(std::to_string(++next_id_)).append(R"(","Variable":"DEVICE_STATE(Custom:)").append(device);
  text_.append(R"~()","Value":")~").append(state).append(R"("})");
  zmq_msg_close(body_.get());
  require(zmq_msg_init_size(body_.get(), text_.size()) == 0, "zmq_msg_init_size");
  std::memcpy(zmq_msg_data(body_.get()), text_.data(), text_.size());
  for (std::size_t target = 0; target < sockets_.size() / 2; ++target) {
    if (target != server) send(2 * target + 1);
  }
}

/// The empty frame makes the DEALER look like a REQ to the REP on the other side; all targets share one body.
void Loop::send(std::size_t index) {
  void* const socket = sockets_[index].handle;
  mark(index);
  if (zmq_send(socket, "", 0, ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0) return;
  Frame copy;
  zmq_msg_copy(copy.get(), body_.get());
  zmq_msg_send(copy.get(), socket, ZMQ_DONTWAIT);
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) {
    std::cerr << "usage: least-loop FILE\n";
    return 2;
  }
  Loop(argv[1]).run();
} catch (const std::exception& error) {
  std::cerr << "least-loop: " << error.what() << '\n';
  return 1;
}
