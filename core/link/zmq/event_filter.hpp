// SPDX-License-Identifier: Apache-2.0
//
// Which events a ZeroMQ server is asked for, and which of them are missing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/link/interest.hpp"
#include "core/link/zmq/name_gaps.hpp"
#include "core/link/zmq/sequence_gap.hpp"

namespace amibroker::link::zeromq {

/// A new connection asks for all events. Once the server has shown that `Event` is the first key of its events, it is
/// asked for only those that somebody wants. Losses are found in the numbers of all events while all are asked for, and
/// then in those of each name; if a module gives only the former, all events are still asked for. Pure logic.
class EventFilter {
 public:
  /// `always_all`: never asks for less.
  explicit EventFilter(bool always_all) noexcept : always_all_(always_all) {}

  void set_interest(const Interest& interest);

  /// A new connection, which is subscribed to all events. A loss that was not taken stays.
  void restart();

  /// An event that arrived just now; `name`: see ami::peek_event_name. True: there is something to take.
  [[nodiscard]] bool see(std::string_view json, std::string_view name);

  /// As SequenceGap::take.
  [[nodiscard]] std::optional<std::uint64_t> take_loss() noexcept;

  /// The topics to be subscribed to from now on, in order; nothing if they stay as they are.
  [[nodiscard]] std::optional<std::vector<std::string>> take_topics();

  /// All events are asked for only because the module does not number them by name.
  [[nodiscard]] bool held_by_old_module() const noexcept { return !wants_all() && numbering_ == Numbering::of_all; }

 private:
  /// How the server numbers its events, as far as they have shown it. Each kind says more than those before it.
  enum class Numbering : std::uint8_t {
    unknown,  ///< and so is the first key
    none,     ///< as the original module
    of_all,   ///< as older builds of ours
    by_name,
  };

  [[nodiscard]] bool wants_all() const noexcept { return always_all_ || interest_.all; }
  [[nodiscard]] bool learn(std::string_view json, std::string_view name, const ami::EventNumbers* numbers);
  [[nodiscard]] bool see_among_all(std::string_view name, const ami::EventNumbers& numbers);
  [[nodiscard]] bool see_by_name(std::string_view name, const ami::EventNumbers* numbers);

  bool always_all_;
  Interest interest_{.all = true};
  Numbering numbering_ = Numbering::unknown;
  bool changed_ = false;  // the topics may have to
  bool narrowed_ = false;
  bool by_name_ = false;  // which numbers count
  std::vector<std::string> topics_;
  SequenceGap all_;
  NameGaps names_;
};

}  // namespace amibroker::link::zeromq
