// SPDX-License-Identifier: Apache-2.0
#include "core/app/config_values.hpp"

#include <arpa/inet.h>
#include <net/if.h>

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <iterator>

#include "core/app/config_text.hpp"

namespace amibroker::app {
namespace {

bool is_ipv4(const std::string& text) {
  in_addr parsed{};
  return inet_pton(AF_INET, text.c_str(), &parsed) == 1;
}

/// An interface may follow: fe80::1%eth0.
bool is_ipv6(const std::string& text) {
  in6_addr parsed{};
  const std::size_t zone = text.find('%');
  if (zone != std::string::npos) {
    const std::string name = text.substr(zone + 1);
    if (name.empty() || name.size() >= IF_NAMESIZE || name.find_first_of(" \t%/") != name.npos) return false;
  }
  return inet_pton(AF_INET6, text.substr(0, zone).c_str(), &parsed) == 1;
}

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
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
  return {{}, quoted(text) + " is no address: " + std::string(why)};
}

}  // namespace

std::optional<bool> parse_boolean(std::string_view text) {
  const std::string word = lower(text);
  for (const std::string_view yes : {"yes", "true", "on", "1"})
    if (word == yes) return true;
  for (const std::string_view no : {"no", "false", "off", "0"})
    if (word == no) return false;
  return std::nullopt;
}

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

std::optional<Level> parse_level(std::string_view text) {
  constexpr Level levels[] = {Level::debug, Level::info, Level::warning, Level::error};
  const auto word = std::find(std::begin(level_words), std::end(level_words), lower(text));
  if (word == std::end(level_words)) return std::nullopt;
  return levels[word - std::begin(level_words)];
}

std::vector<std::string_view> split_list(std::string_view text) {
  std::vector<std::string_view> items;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(",\n"), text.size());
    const std::string_view item = trim(text.substr(0, end));
    if (!item.empty()) items.push_back(item);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return items;
}

bool is_zone_name(std::string_view text) noexcept {
  constexpr std::size_t longest = 40;
  return !text.empty() && text.size() <= longest && std::all_of(text.begin(), text.end(), is_word_character);
}

bool is_glob(std::string_view text) noexcept { return !text.empty() && !has_control(text); }

bool has_control(std::string_view text) noexcept {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  return std::any_of(text.begin(), text.end(), is_control);
}

std::string path_in(const std::string& folder, const std::string& path) {
  return (std::filesystem::path(folder) / path).lexically_normal().string();
}

bool can_be_opened(const std::string& path) { return access(path.c_str(), R_OK) == 0; }

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
    return is_ipv6(inside) ? Address{inside, {}} : bad_address(text, "only an IPv6 address stands in brackets");
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
  if (inet_pton(AF_INET6, address.c_str(), &parsed) == 1 && inet_ntop(AF_INET6, &parsed, text, sizeof text) != nullptr)
    return text;
  std::string name = lower(address);
  if (name.ends_with('.')) name.pop_back();
  return name;
}

}  // namespace amibroker::app
