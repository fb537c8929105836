// SPDX-License-Identifier: Apache-2.0
#include "core/link/native/login.hpp"

#include <openssl/evp.h>

#include <array>
#include <utility>

namespace amibroker::link::native {
namespace {

/// Nothing if this machine's OpenSSL refuses MD5, as one in FIPS mode does.
std::optional<std::string> md5_hex(std::string_view text) {
  const EVP_MD* const md5 = EVP_md5();
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (md5 == nullptr || EVP_Digest(text.data(), text.size(), digest.data(), &size, md5, nullptr) != 1)
    return std::nullopt;
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) {
    hex += digits[digest[i] >> 4U];
    hex += digits[digest[i] & 15U];
  }
  return hex;
}

}  // namespace

bool is_ami_banner(std::string_view line) noexcept { return line.starts_with("Asterisk Call Manager"); }

Action challenge_action() { return std::move(Action("Challenge").add("AuthType", "MD5")); }

std::optional<Action> challenge_login(const NativeAccess& access, std::string_view challenge,
                                      std::string_view event_mask) {
  const auto key = md5_hex(std::string(challenge) + access.secret);
  if (!key) return std::nullopt;
  return std::move(Action("Login")
                       .add("AuthType", "MD5")
                       .add("Username", access.username)
                       .add("Key", *key)
                       .add("Events", event_mask));
}

Action plain_login(const NativeAccess& access, std::string_view event_mask) {
  return std::move(
      Action("Login").add("Username", access.username).add("Secret", access.secret).add("Events", event_mask));
}

bool may_send_secret(const NativeAccess& access) noexcept {
  return access.plain_login || (access.tls && access.tls->verify);
}

std::string_view remedy_of_refusal(std::string_view message) noexcept {
  if (message == "Login Already In Use")
    return "Its manager.conf says allowmultiplelogin = no: give the broker an account of its own";
  return "Compare username and secret here with manager.conf there, and see that its permit and deny let this machine "
         "in";
}

}  // namespace amibroker::link::native
