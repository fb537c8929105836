// SPDX-License-Identifier: Apache-2.0
#include "tests/engine/nats_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace amibroker::engine_test {
namespace {

using namespace std::chrono_literals;

/// A TCP socket of this machine, gone with the object.
class Socket {
 public:
  Socket() : number_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  ~Socket() { ::close(number_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  [[nodiscard]] int number() const noexcept { return number_; }

 private:
  int number_;
};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

}  // namespace

void pause_a_moment() { ::poll(nullptr, 0, 2); }

std::uint16_t free_port() {
  const Socket socket;
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (::bind(socket.number(), any, size) != 0 || ::getsockname(socket.number(), any, &size) != 0)
    throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

bool is_open(std::uint16_t port) {
  const Socket socket;
  const sockaddr_in address = loopback(port);
  return ::connect(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

NatsServer::NatsServer(std::filesystem::path config, std::uint16_t port) : config_(std::move(config)), port_(port) {
  start();
}

NatsServer::~NatsServer() { kill(); }

void NatsServer::start() {
  std::string program = AMIBROKER_NATS_SERVER;
  std::string flag = "-c";
  std::string file = config_.string();
  char* const arguments[] = {program.data(), flag.data(), file.data(), nullptr};
  const std::string log = config_.string() + ".log";
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  const int fault = posix_spawn(&process_, program.c_str(), &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (fault != 0) throw std::runtime_error("nats-server does not start");
  if (!wait_until(10s, [this] { return is_open(port_) || ::waitpid(process_, nullptr, WNOHANG) != 0; }) ||
      !is_open(port_))
    throw std::runtime_error("nats-server does not listen: " + this->log());
}

void NatsServer::kill() noexcept {
  if (process_ <= 0) return;
  ::kill(process_, SIGKILL);
  ::waitpid(std::exchange(process_, -1), nullptr, 0);
}

void NatsServer::freeze() const noexcept { ::kill(process_, SIGSTOP); }
void NatsServer::thaw() const noexcept { ::kill(process_, SIGCONT); }

std::string NatsServer::log() const {
  std::ifstream file(config_.string() + ".log");
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace amibroker::engine_test
