// SPDX-License-Identifier: Apache-2.0
//
// Who is at the other end of the control socket, and what that person may do.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/control/command.hpp"
#include "core/control/guard.hpp"

namespace amibroker::control {

/// A process that connected to the socket, as the kernel knows it.
struct Peer {
  uid_t user = 0;
  pid_t process = 0;
  std::vector<gid_t> groups{};  ///< its main one and all others

  /// "uid 1000 (anna), process 123", for the log.
  [[nodiscard]] std::string text() const;
};

/// Asks the kernel (SO_PEERCRED and SO_PEERGROUPS, unix(7) and socket(7)). Nothing if it does not say.
[[nodiscard]] std::optional<Peer> peer_of(int socket);

/// The number of a group by its name (/etc/group and what else the machine asks); nothing if there is none.
[[nodiscard]] std::optional<gid_t> group_of(const std::string& name);

/// Who may use commands of which level. root and the user that the daemon runs as may do everything.
struct Rights {
  std::optional<gid_t> look{};    ///< members of this group may look
  std::optional<gid_t> change{};  ///< members of this group may look and change

  [[nodiscard]] bool allow(const Peer& peer, Level level) const;
};

/// The guard of a process that the kernel names.
class PeerGuard final : public Guard {
 public:
  PeerGuard(Peer peer, Rights rights) : peer_(std::move(peer)), rights_(rights) {}

  [[nodiscard]] std::variant<Admitted, Failure, SentOn> judge(const RequestHead& head) const override;
  [[nodiscard]] std::optional<Failure> refusal(Level level) const override;
  [[nodiscard]] std::string who() const override { return peer_.text(); }

 private:
  Peer peer_;
  Rights rights_;
};

}  // namespace amibroker::control
