// SPDX-License-Identifier: Apache-2.0
#include "core/link/ami_login.hpp"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace amibroker::link {
namespace {

std::string md5_hex(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_md5(), nullptr) != 1)
    throw std::runtime_error(
        "this machine's OpenSSL refuses MD5, which a challenge of AMI needs: write "
        "plain_login = yes, and tls = yes so that nobody reads the secret");
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

Action challenge_login(const AmiAccess& access, std::string_view challenge, std::string_view event_mask) {
  return std::move(Action("Login")
                       .add("AuthType", "MD5")
                       .add("Username", access.username)
                       .add("Key", md5_hex(std::string(challenge) + access.secret))
                       .add("Events", event_mask));
}

Action plain_login(const AmiAccess& access, std::string_view event_mask) {
  return std::move(
      Action("Login").add("Username", access.username).add("Secret", access.secret).add("Events", event_mask));
}

bool may_send_secret(const AmiAccess& access) noexcept {
  return access.plain_login || (access.tls && access.tls->verify);
}

std::string_view remedy_of_refusal(std::string_view message) noexcept {
  if (message == "Login Already In Use")
    return "manager.conf there says allowmultiplelogin = no: give the broker an account of its own";
  return "compare username and secret here with manager.conf there, and see that its permit and deny let this machine "
         "in";
}

}  // namespace amibroker::link
