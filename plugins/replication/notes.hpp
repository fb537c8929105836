// SPDX-License-Identifier: Apache-2.0
//
// What the broker leaves on a server for its next life: which names there are not its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "amibroker/action.hpp"
#include "amibroker/host.hpp"
#include "amibroker/replication/medium.hpp"

namespace amibroker::replication {

/// A broker keeps nothing on disk, so after a start it cannot know who set `Custom:SIP/door`: itself in an earlier
/// life, or a dialplan. So before it writes to a server for the first time, it writes what was there before it came,
/// and then that it was there:
///
///     Custom:zmq-ami-broker:keep:<hash>   the name with this hash is not the broker's; for at most `most_kept` names
///     Custom:zmq-ami-broker               a broker writes here: other names of the template's form are a broker's
///
/// Without the second one, nothing on the server is the broker's. Notes are never taken back. Their names have no
/// slash, so they survive a restart of Asterisk.
///
/// Loop's thread only. Lives until Plugin::stop.
class Notes {
 public:
  /// `function`, and `write_action` instead of it: see Medium.
  Notes(Host& host, std::string_view function, const NoteForm& form, WriteAction write_action = nullptr);

  [[nodiscard]] bool enabled() const noexcept { return !form_.name.empty(); }

  void add_server() { servers_.emplace_back(); }
  /// It came up, maybe with another database: what it has is known from its next list.
  void server_up(ServerId server) { servers_[server].noted = false; }
  /// Nothing is kept of this server any more.
  void retire_server(ServerId server) { servers_[server] = {}; }

  /// Finds the notes in a server's list.
  void read(ServerId server, std::span<const Message> items);

  /// Whether this name is a note itself.
  [[nodiscard]] bool is_note(std::string_view name) const noexcept;

  /// Whether a name of the broker's form, found in a list, was not written by any broker.
  [[nodiscard]] bool is_foreign(ServerId server, std::string_view name) const;

  /// The server was never noted, and has this name, which nobody contributes to.
  void found(ServerId server, std::string_view name);

  /// The name is not the broker's, as it turned out. Notes it, if the server's last list did not have that note. False
  /// if there is no room for more notes: the next life of the broker will not know it.
  bool keep(ServerId server, std::string_view name);

  /// Whether nothing may be written to this server yet, because the notes are not there.
  [[nodiscard]] bool missing(ServerId server) const noexcept { return enabled() && !servers_[server].noted; }
  /// Whether they are being left now.
  [[nodiscard]] bool being_left(ServerId server) const noexcept { return static_cast<bool>(servers_[server].done); }

  /// Leaves them; not while they are being left. `is_ours`: whether a name that was `found` is one of the broker's
  /// after all. `done` is called once, later, with success or with the first answer that was none.
  void leave(ServerId server, const std::function<bool(std::string_view)>& is_ours, Completion done);

  static constexpr std::size_t most_kept = 32;
  /// Names that are remembered until the first write.
  static constexpr std::size_t most_found = 1000;

 private:
  struct Server {
    bool noted = false;
    std::set<std::string> found;     ///< before the first write
    std::set<std::uint64_t> kept;    ///< hashes of names
    std::set<std::uint64_t> listed;  ///< of these, those that the server has a note of
    Completion done;                 ///< of `leave`, while it is under way
    std::size_t under_way = 0;       ///< notes of kept names that have no answer yet
    bool failed = false;             ///< one of them
  };
  void kept_answered(ServerId server, std::uint64_t hash, const Reply& reply);
  void finish(ServerId server, const Reply& reply);
  void write(ServerId server, const std::string& suffix, Completion done);

  Host& host_;
  std::string function_;
  NoteForm form_;
  WriteAction write_;
  std::vector<Server> servers_;
};

}  // namespace amibroker::replication
