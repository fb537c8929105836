// SPDX-License-Identifier: Apache-2.0
//
// Joins the replication logic to the broker: names and values become numbers, writes become Setvar actions, replies
// and timers come back. What device_state and presence_state have in common.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "amibroker/action.hpp"
#include "amibroker/host.hpp"
#include "plugins/replication/key_table.hpp"
#include "plugins/replication/name_rules.hpp"
#include "plugins/replication/replicator.hpp"
#include "plugins/replication/value_table.hpp"

namespace amibroker::replication {

/// How the states of one kind are written to Asterisk.
struct Medium {
  std::string_view function;  ///< the dialplan function with its parenthesis, e.g. `DEVICE_STATE(`
  std::string_view provider;  ///< what the names on the targets begin with, e.g. `Custom:`
  std::string_view module;    ///< the Asterisk module that must be loaded for it, e.g. `func_devstate.so`
  std::string_view limit;     ///< the option that says how many names there may be, e.g. `max_devices`
};

/// Distributes states over the servers of a host.
///
/// Counters: `writes` started, of which `written`, `write_errors` (Asterisk or the broker refused), `not_sent`, and
/// `unknown_outcomes`; `echoes` and `repeats` among the events; `refused_names` and `over_limit` events whose name
/// cannot be written or is one too many.
///
/// Loop's thread only. Its requests and its timer refer to it: it lives until Plugin::stop, after which the host calls
/// neither.
class Distributor final : private Writer {
 public:
  /// `host` must outlive this. `max_names`: most names that are kept.
  Distributor(Host& host, const Medium& medium, std::size_t max_names);
  ~Distributor();

  Distributor(const Distributor&) = delete;
  Distributor& operator=(const Distributor&) = delete;

  /// The number of a value's text. Valid until the next call, unless a server should hold it by then.
  [[nodiscard]] ValueId value(std::string_view text);

  /// The origin says that the device or presentity `name` of its own has this value: all others shall show it.
  void changed_at_origin(ServerId origin, std::string_view name, ValueId value);

  /// A server says that `name`, which all servers share, has this value.
  void changed_on(ServerId server, std::string_view name, ValueId value);

  /// Whether the name is known.
  [[nodiscard]] bool knows(std::string_view name) const noexcept { return keys_.find(name).has_value(); }

  void server_up(ServerId server);
  void server_down(ServerId server);

  /// What people call a server: `Console 1 (server-1)`.
  [[nodiscard]] std::string server_label(ServerId server) const;

  /// Values that are kept at present.
  [[nodiscard]] std::size_t values() const noexcept { return values_.size(); }

 private:
  void write(ServerId target, KeyId key, ValueId value) noexcept override;
  void answered(ServerId target, KeyId key, const Reply& reply);
  void report(ServerId target, KeyId key, ValueId value, const Reply& reply);
  [[nodiscard]] std::optional<KeyId> key_of(ServerId server, std::string_view name, Sharing sharing);
  void refuse(ServerId server, std::string_view name, std::string_view reason);
  void refuse_over_limit(ServerId server, std::string_view name);
  void set_timer();

  Host& host_;
  std::string module_;
  std::string limit_option_;
  KeyTable keys_;
  ValueTable values_;
  Replicator replicator_;

  Action action_{"Setvar"};  ///< used again for every write, and as it is for further targets of the same change
  KeyId action_key_ = no_key;
  ValueId action_value_ = no_value;

  TimerId timer_ = 0;
  TimePoint timer_due_{};

  WarnedNames warned_;
  bool limit_was_reached_ = false;
  std::vector<bool> complained_;  ///< by server: its last answer was a failure, and the log says so

  Counter& writes_;
  Counter& written_;
  Counter& write_errors_;
  Counter& not_sent_;
  Counter& unknown_outcomes_;
  Counter& echoes_;
  Counter& repeats_;
  Counter& refused_names_;
  Counter& over_limit_;
};

/// Adds one to a counter. Relaxed: it orders nothing.
inline void count(Counter& counter) noexcept { counter.fetch_add(1, std::memory_order_relaxed); }

}  // namespace amibroker::replication
