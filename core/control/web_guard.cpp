// SPDX-License-Identifier: Apache-2.0
#include "core/control/web_guard.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "core/base/text.hpp"
#include "core/control/request.hpp"

namespace amibroker::control {
namespace {

constexpr std::string_view cookie_name = "amibroker_board";
constexpr std::string_view bearer = "bearer ";

/// Takes as long for a guess that is nearly right as for any other.
bool is_same(std::string_view a, std::string_view b) {
  return !b.empty() && a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

/// `name:port`, `[::1]:port` or either without a port.
std::string_view without_port(std::string_view host) {
  if (host.starts_with('[')) return host.substr(1, std::min(host.find(']'), host.size()) - 1);
  return host.substr(0, host.find(':'));
}

/// An IPv4 address is the same one if it comes in by a socket of both kinds.
boost::asio::ip::address plain(const boost::asio::ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6());
}

std::string_view cookie_of(std::string_view cookies) {
  while (!cookies.empty()) {
    const std::string_view one = base::trim(cookies.substr(0, cookies.find(';')));
    cookies.remove_prefix(
        std::min(cookies.size(), cookies.find(';') == std::string_view::npos ? cookies.size() : cookies.find(';') + 1));
    const std::size_t equal = one.find('=');
    if (equal != std::string_view::npos && one.substr(0, equal) == cookie_name) return one.substr(equal + 1);
  }
  return {};
}

std::string token_in(std::string_view query) {
  const auto arguments = read_query(query);
  const auto* const json = std::get_if<Json>(&arguments);
  return json != nullptr && json->contains("token") ? json->at("token").get<std::string>() : std::string();
}

}  // namespace

std::string random_cookie() {
  std::array<unsigned char, 32> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    throw std::runtime_error("this machine gives no random numbers");
  std::string text;
  for (const unsigned char byte : bytes) {
    text += "0123456789abcdef"[byte >> 4U];
    text += "0123456789abcdef"[byte & 15U];
  }
  return text;
}

bool WebGuard::is_own_name(std::string_view host) const {
  std::string name = base::lower(without_port(host));
  if (name.ends_with('.')) name.pop_back();
  if (name == "localhost") return true;
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(name, error);
  if (!error) return plain(address) == plain(own_);
  return std::find(rules_->hosts.begin(), rules_->hosts.end(), name) != rules_->hosts.end();
}

bool WebGuard::knows_token(const RequestHead& head) const {
  const std::string_view given = head.authorization;
  if (given.size() > bearer.size() && base::lower(given.substr(0, bearer.size())) == bearer &&
      is_same(given.substr(bearer.size()), rules_->token))
    return true;
  return is_same(cookie_of(head.cookie), rules_->cookie);
}

std::variant<Admitted, Failure, SentOn> WebGuard::judge(const RequestHead& head) const {
  if (!is_own_name(head.host))
    return Failure{403, "wrong_host",
                   "the broker is not called so: use localhost or its address, or put the name into allow_hosts of "
                   "[http]"};
  const std::size_t scheme = head.origin.find("://");
  if (!head.origin.empty() &&
      (scheme == std::string_view::npos || base::lower(head.origin.substr(scheme + 3)) != base::lower(head.host)))
    return Failure{403, "other_origin", "a page of somebody else may not look here"};
  const auto [path, query] = split_target(head.target);
  if (rules_->token.empty() || path == "/livez" || path == "/readyz" || knows_token(head)) return Admitted{};
  if (path == "/" && !query.empty() && is_same(token_in(query), rules_->token))
    return SentOn{"/", std::string(cookie_name) + '=' + rules_->cookie + "; Path=/; HttpOnly; SameSite=Strict" +
                           (rules_->encrypted ? "; Secure" : "")};
  return Failure{401, "no_token",
                 "send the token of [http] as \"Authorization: Bearer TOKEN\"; in a browser, open /?token=TOKEN once"};
}

std::optional<Failure> WebGuard::refusal(Level level) const {
  if (level == Level::look) return std::nullopt;
  return Failure{403, "forbidden", "here one can only look; zmq-ami-brokerctl changes things, on the machine itself"};
}

}  // namespace amibroker::control
