// SPDX-License-Identifier: Apache-2.0
#include "core/control/rights.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "core/base/printable.hpp"

namespace amibroker::control {
namespace {

constexpr std::size_t longest_name = 60;
constexpr std::size_t most_groups = 65536;  // NGROUPS_MAX of Linux

std::string user_name(uid_t user) {
  std::array<char, 4096> space{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(user, &entry, space.data(), space.size(), &found) != 0 || found == nullptr) return {};
  return base::printable(found->pw_name, longest_name);
}

}  // namespace

std::string Peer::text() const {
  const std::string name = user_name(user);
  return "uid " + std::to_string(user) + (name.empty() ? "" : " (" + name + ")") + ", process " +
         std::to_string(process);
}

std::optional<Peer> peer_of(int socket) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return std::nullopt;
  Peer peer{credentials.uid, credentials.pid, {}};
  std::vector<gid_t> groups(64);
  for (;;) {
    size = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size) == 0) break;
    const std::size_t needed = size / sizeof(gid_t);
    if (errno != ERANGE || needed <= groups.size() || needed > most_groups) return std::nullopt;
    groups.resize(needed);
  }
  groups.resize(size / sizeof(gid_t));
  groups.push_back(credentials.gid);
  peer.groups = std::move(groups);
  return peer;
}

std::optional<gid_t> group_of(const std::string& name) {
  std::vector<char> space(std::size_t{64} << 10);
  group entry{};
  group* found = nullptr;
  if (::getgrnam_r(name.c_str(), &entry, space.data(), space.size(), &found) != 0 || found == nullptr)
    return std::nullopt;
  return found->gr_gid;
}

bool Rights::allow(const Peer& peer, Level level) const {
  if (peer.user == 0 || peer.user == ::geteuid()) return true;
  const auto is_in = [&](const std::optional<gid_t>& group) {
    return group && std::find(peer.groups.begin(), peer.groups.end(), *group) != peer.groups.end();
  };
  return is_in(change) || (level == Level::look && is_in(look));
}

std::variant<Admitted, Failure, SentOn> PeerGuard::judge(const RequestHead& /*head*/) const {
  if (auto failure = refusal(Level::look)) return *std::move(failure);
  return Admitted{};
}

std::optional<Failure> PeerGuard::refusal(Level level) const {
  if (rights_.allow(peer_, level)) return std::nullopt;
  return Failure{403, "forbidden",
                 std::string("you may not ") + (level == Level::look ? "look" : "change anything") +
                     " here: be root, or in the group that [control] names for it"};
}

}  // namespace amibroker::control
