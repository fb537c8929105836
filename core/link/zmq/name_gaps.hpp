// SPDX-License-Identifier: Apache-2.0
//
// Which events of some names are missing, if a server sends no others.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/ami/json_decoder.hpp"
#include "core/link/zmq/sequence_gap.hpp"

namespace amibroker::link::zeromq {

/// Follows the numbers that the module gives the events of each name. Pure logic. Holes are collected until they are
/// taken, as in SequenceGap.
class NameGaps {
 public:
  /// These names count from now on (in order, each once); what is known of those that stay is kept. Of a new one the
  /// first event only sets the start.
  void watch(std::span<const std::string> names);
  [[nodiscard]] bool watches(std::string_view name) const noexcept;

  /// An event that arrived while losses are found in the numbers of all events: its name is at this number now.
  void follow(std::string_view name, const ami::EventNumbers& numbers) noexcept;
  /// From now on it is not known at which number any name is.
  void forget() noexcept;
  /// Up to this number among all events none is missing. So for a name of which no number is known, a loss before its
  /// first event is found too; it counts as one event, however many they were.
  void all_seen_up_to(std::uint64_t number) noexcept;

  /// An event that arrived while losses are found in the numbers of names. True: something is to be taken now, and was
  /// not before.
  [[nodiscard]] bool see(std::string_view name, const ami::EventNumbers& numbers);

  /// As SequenceGap::take, for all names together.
  [[nodiscard]] std::optional<std::uint64_t> take() noexcept;

 private:
  struct Name {
    std::string name;
    SequenceGap gap;
    std::optional<std::uint64_t> seen_up_to{};  // until its first event
  };

  std::vector<Name> names_;  // in order
  std::uint64_t lost_ = 0;
  bool pending_ = false;
};

}  // namespace amibroker::link::zeromq
