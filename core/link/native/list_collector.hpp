// SPDX-License-Identifier: Apache-2.0
//
// The list that a manager session is sending: an answer that goes on in events.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "amibroker/message.hpp"
#include "core/ami/message_list.hpp"

namespace amibroker::link::native {

/// A list begins with an answer that says `EventList: start` and goes on in events of the same ActionID until one of
/// them says `EventList: Complete`. A session carries out one action after the other, so there is one list at a time.
/// A list that does not fit is given up: its memory goes at once, and its items are passed over as they come. Pure
/// logic.
class ListCollector {
 public:
  explicit ListCollector(const ami::ListLimits& limits = {}) : list_(limits) {}

  [[nodiscard]] bool active() const noexcept { return active_; }
  /// Of the list that is active, or was.
  [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
  /// Whether a message with this ActionID belongs to the list.
  [[nodiscard]] bool is_of(std::uint64_t id) const noexcept { return active_ && id == id_; }

  enum class Result : std::uint8_t {
    more,      ///< it goes on
    complete,  ///< `messages` is the answer; `end` comes next
    given_up,  ///< it is too large: `flaw` says why; said once
    over,      ///< the last item of one that was given up; nothing is left
  };

  /// The answer that begins a list. Not while one is active.
  [[nodiscard]] Result begin(std::uint64_t id, const Message& answer);
  /// An item of the list that is active.
  [[nodiscard]] Result add(const Message& item);

  [[nodiscard]] std::span<const Message> messages() const noexcept { return list_.messages(); }
  [[nodiscard]] const std::string& flaw() const noexcept { return list_.flaw(); }

  /// Ends the list, complete or not, and gives its memory back.
  void end() noexcept;

 private:
  [[nodiscard]] Result keep(const Message& message);

  ami::MessageList list_;
  std::uint64_t id_ = 0;
  bool active_ = false;
  bool given_up_ = false;
};

}  // namespace amibroker::link::native
