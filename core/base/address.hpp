// SPDX-License-Identifier: Apache-2.0
//
// The form of a server's address. Nothing is looked up here.
#pragma once

#include <string>
#include <string_view>

namespace amibroker::base {

/// An address, or why a text is not one.
struct Address {
  std::string text;   ///< IPv4, IPv6 without brackets (an interface may follow: fe80::1%eth0), or host name
  std::string error;  ///< empty if the address is right in form
};
[[nodiscard]] Address parse_address(std::string_view text);

/// Whether this is an IPv4 or IPv6 address, which needs no look-up.
[[nodiscard]] bool is_numeric_address(const std::string& text);

/// The same text for the same address: without case, IPv6 in its shortest form.
[[nodiscard]] std::string canonical_address(const std::string& address);

}  // namespace amibroker::base
