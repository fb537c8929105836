// SPDX-License-Identifier: Apache-2.0
#include "tests/engine/nats_cluster.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <string>

namespace amibroker::engine_test {
namespace {

/// What a node says over HTTP; empty if it says nothing.
std::string ask(std::uint16_t port, const std::string& page) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  timeval patience{1, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  std::string text;
  const std::string request = "GET " + page + " HTTP/1.0\r\n\r\n";
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::send(socket, request.data(), request.size(), MSG_NOSIGNAL) > 0) {
    std::array<char, 4096> buffer;
    for (ssize_t count; (count = ::recv(socket, buffer.data(), buffer.size(), 0)) > 0;)
      text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  ::close(socket);
  return text;
}

}  // namespace

NatsCluster::NatsCluster(const std::filesystem::path& folder) {
  std::array<std::uint16_t, size> route_ports{};
  for (std::size_t i = 0; i < size; ++i) {
    client_ports_[i] = free_port();
    route_ports[i] = free_port();
    watch_ports_[i] = free_port();
  }
  for (std::size_t from = 0; from < size; ++from)
    for (std::size_t to = 0; to < size; ++to)
      if (from != to) ways_[{from, to}] = std::make_unique<TcpProxy>(route_ports[to]);
  for (std::size_t i = 0; i < size; ++i) {
    std::string routes;
    for (std::size_t to = 0; to < size; ++to)
      if (to != i)
        routes += (routes.empty() ? "\"nats-route://127.0.0.1:" : ", \"nats-route://127.0.0.1:") +
                  std::to_string(ways_.at({i, to})->port()) + "\"";
    const auto config = folder / ("node-" + std::to_string(i) + ".conf");
    // What they tell each other of routes names a port that nobody listens on, so that all go by the proxies.
    std::ofstream(config) << "server_name: node-" << i << "\nhost: 127.0.0.1\nport: " << client_ports_[i]
                          << "\nhttp: 127.0.0.1:" << watch_ports_[i] << "\nping_interval: \"1s\"\nping_max: 2\n"
                          << "cluster { name: test, host: 127.0.0.1, port: " << route_ports[i]
                          << ", cluster_advertise: \"127.0.0.1:1\", no_advertise: true, routes: [" << routes
                          << " ] }\n";
    nodes_[i] = std::make_unique<NatsServer>(config, client_ports_[i]);
  }
}

void NatsCluster::part(std::size_t index) {
  for (auto& [way, proxy] : ways_)
    if (way.first == index || way.second == index) proxy->cut();
}

void NatsCluster::join(std::size_t index) {
  for (auto& [way, proxy] : ways_)
    if (way.first == index || way.second == index) proxy->mend();
}

bool NatsCluster::is_whole(std::chrono::milliseconds within) {
  return wait_until(within, [this] {
    for (std::size_t i = 0; i < size; ++i)
      if (ask(watch_ports_[i], "/routez").find("\"num_routes\": 2") == std::string::npos) return false;
    return true;
  });
}

}  // namespace amibroker::engine_test
