// SPDX-License-Identifier: Apache-2.0
#include "plugins/bus/endpoint.hpp"

#include <arpa/inet.h>

#include <charconv>

namespace amibroker::bus {
namespace {

constexpr std::string_view scheme = "tcp://";

bool read_ipv4(const std::string& address, bool& is_loopback) {
  in_addr raw{};
  if (::inet_pton(AF_INET, address.c_str(), &raw) != 1) return false;
  is_loopback = (ntohl(raw.s_addr) >> 24) == 127;
  return true;
}

bool read_ipv6(const std::string& address, bool& is_loopback) {
  in6_addr raw{};
  if (::inet_pton(AF_INET6, address.c_str(), &raw) != 1) return false;
  is_loopback = IN6_IS_ADDR_LOOPBACK(&raw);
  return true;
}

std::optional<std::uint16_t> read_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port < 1 || port > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(port);
}

}  // namespace

std::string Endpoint::text() const {
  const bool is_ipv6 = address.find(':') != address.npos;
  return std::string(scheme) + (is_ipv6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

std::optional<Endpoint> parse_endpoint(std::string_view text) {
  if (!text.starts_with(scheme) || text.size() > 100 || text.find('\0') != text.npos) return std::nullopt;
  text.remove_prefix(scheme.size());
  const auto colon = text.rfind(':');
  if (colon == text.npos) return std::nullopt;
  const auto port = read_port(text.substr(colon + 1));
  if (!port) return std::nullopt;
  Endpoint endpoint{std::string(text.substr(0, colon)), *port, false};
  std::string& address = endpoint.address;
  if (address == "*" || read_ipv4(address, endpoint.is_loopback)) return endpoint;
  if (address.size() < 2 || address.front() != '[' || address.back() != ']') return std::nullopt;
  address = address.substr(1, address.size() - 2);
  if (!read_ipv6(address, endpoint.is_loopback)) return std::nullopt;
  return endpoint;
}

}  // namespace amibroker::bus
