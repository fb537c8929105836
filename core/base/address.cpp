// SPDX-License-Identifier: Apache-2.0
#include "core/base/address.hpp"

#include <arpa/inet.h>
#include <net/if.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "core/base/values.hpp"

namespace amibroker::base {
namespace {

bool is_ipv4(const std::string& text) {
  in_addr parsed{};
  return inet_pton(AF_INET, text.c_str(), &parsed) == 1;
}

bool is_ipv6(const std::string& text) {
  in6_addr parsed{};
  const std::size_t zone = text.find('%');
  if (zone != std::string::npos) {
    const std::string name = text.substr(zone + 1);
    if (name.empty() || name.size() >= IF_NAMESIZE || name.find_first_of(" \t%/") != name.npos) return false;
  }
  return inet_pton(AF_INET6, text.substr(0, zone).c_str(), &parsed) == 1;
}

bool is_host_label(std::string_view label) {
  if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
  return std::all_of(label.begin(), label.end(), is_word_character);
}

bool is_host_name(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.size() > 253) return false;
  for (std::size_t dot = text.find('.'); dot != std::string_view::npos; dot = text.find('.')) {
    if (!is_host_label(text.substr(0, dot))) return false;
    text.remove_prefix(dot + 1);
  }
  return is_host_label(text);
}

Address bad_address(std::string_view text, std::string_view why) {
  return {{}, in_quotes(text) + " is no address: " + std::string(why)};
}

}  // namespace

bool is_numeric_address(const std::string& text) { return is_ipv4(text) || is_ipv6(text); }

Address parse_address(std::string_view text) {
  if (text.empty()) return {{}, "the address is empty"};
  if (text.find("://") != text.npos) return bad_address(text, "write the address alone, without \"tcp://\"");
  if (text.find_first_of(" \t\n,") != text.npos)
    return bad_address(text, "one server has one address, without blanks or commas");
  if (text.front() == '[') {
    const std::size_t close = text.find(']');
    if (close == text.npos) return bad_address(text, "the \"]\" is missing");
    if (close + 1 != text.size()) return bad_address(text, "ports belong in cmd_port and evt_port, or in port");
    const std::string inside(text.substr(1, close - 1));
    return is_ipv6(inside) ? Address{inside, {}} : bad_address(text, "only an IPv6 address may be in brackets");
  }
  const std::string address(text);
  if (is_ipv4(address) || is_ipv6(address)) return {address, {}};
  if (text.find_first_not_of("0123456789.") == text.npos)
    return bad_address(text, "an IPv4 address is four numbers from 0 to 255");
  if (is_host_name(text)) return {address, {}};
  const std::size_t colon = text.find(':');
  if (colon == text.npos) return bad_address(text, "a host name is made of letters, digits, \"-\" and \".\"");
  if (colon != text.rfind(':')) return bad_address(text, "it is not IPv6");
  return bad_address(text, "ports belong in cmd_port and evt_port, or in port");
}

std::string canonical_address(const std::string& address) {
  in6_addr parsed{};
  char text[INET6_ADDRSTRLEN];
  // ::ffff:192.0.2.1 is 192.0.2.1 for every socket (RFC 4291, 2.5.5.2).
  if (inet_pton(AF_INET6, address.c_str(), &parsed) == 1 && IN6_IS_ADDR_V4MAPPED(&parsed) &&
      inet_ntop(AF_INET, &parsed.s6_addr[12], text, sizeof text) != nullptr)
    return text;
  if (inet_pton(AF_INET6, address.c_str(), &parsed) == 1 && inet_ntop(AF_INET6, &parsed, text, sizeof text) != nullptr)
    return text;
  std::string name = lower(address);
  if (name.ends_with('.')) name.pop_back();
  return name;
}

}  // namespace amibroker::base
