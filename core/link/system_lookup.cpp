// SPDX-License-Identifier: Apache-2.0
//
// How the system looks names up.
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>

#include "core/base/text.hpp"
#include "core/link/resolver.hpp"

namespace amibroker::link {
namespace {

struct FreeList {
  void operator()(addrinfo* list) const noexcept { ::freeaddrinfo(list); }
};

std::string reason(int error, int system_error) {
  switch (error) {
    case EAI_AGAIN: return "no name server answers";
    case EAI_SYSTEM: return std::generic_category().message(system_error);
    default: return ::gai_strerror(error);
  }
}

}  // namespace

Resolver::Lookup Resolver::system_lookup() {
  return [](const std::string& name) {
    addrinfo wanted{};
    wanted.ai_family = AF_UNSPEC;
    wanted.ai_socktype = SOCK_STREAM;
    // Not AI_ADDRCONFIG: it hides a server on `::1` from a machine without IPv6 elsewhere, and an address that cannot
    // be reached fails at once.
    addrinfo* list = nullptr;
    const int error = ::getaddrinfo(name.c_str(), nullptr, &wanted, &list);
    const int system_error = errno;
    const std::unique_ptr<addrinfo, FreeList> owner(list);
    Found found;
    for (const addrinfo* one = list; error == 0 && one != nullptr; one = one->ai_next) {
      char text[NI_MAXHOST];
      if (::getnameinfo(one->ai_addr, one->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) != 0) continue;
      if (std::find(found.addresses.begin(), found.addresses.end(), text) == found.addresses.end())
        found.addresses.emplace_back(text);
    }
    if (!found.addresses.empty()) return found;
    found.error = "its name '" + base::shortened(name) + "' does not resolve (" +
                  (error == 0 ? "it has no address" : reason(error, system_error)) + ")";
    return found;
  };
}

}  // namespace amibroker::link
