// SPDX-License-Identifier: Apache-2.0
//
// The actions of one manager session that were sent and not answered, with what came of each so far.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/link/in_flight.hpp"

namespace amibroker::link {

/// A session answers every action with its ActionID; a list goes on in events of the same ActionID until one of them
/// says `EventList: Complete`. Pure logic; time is an argument.
class AmiAnswers {
 public:
  /// `largest_lists`: bytes of all lists under way together. A list that does not fit is given up, and the server's
  /// text of it thrown away as it comes.
  explicit AmiAnswers(std::size_t largest_lists) : largest_lists_(largest_lists) {}

  [[nodiscard]] std::size_t size() const noexcept { return actions_.size(); }
  /// Whether a list is under way, so that events may belong to it.
  [[nodiscard]] bool collects() const noexcept { return lists_ > 0; }

  /// Adds an action that was sent just now; its number was never used before.
  void push(Pending&& pending);

  /// The action that this answer ends. Nothing where there is none, or where its list is under way.
  [[nodiscard]] std::optional<Pending> take(std::uint64_t id);

  /// The answer to this action begins a list. False where there is no such action, or its list is under way already.
  [[nodiscard]] bool begin_list(std::uint64_t id, std::string_view answer);

  /// A list that ended, with its messages' text one behind the other, the answer first.
  struct Ended {
    Pending pending;
    std::string text;
    std::vector<std::size_t> ends;  ///< one past each message in `text`
    bool too_large = false;         ///< the text is not complete, and empty
  };

  /// Whether an event with this ActionID is a list's.
  [[nodiscard]] bool is_list(std::uint64_t id) const;
  /// Adds an item to a list that is one; `is_last`: the list ends with it.
  [[nodiscard]] std::optional<Ended> add_item(std::uint64_t id, std::string_view text, bool is_last);

  /// Marks the actions whose deadline is over, and appends what their owners must be told to `expired`. They keep their
  /// place, so that a late answer is known as one.
  void expire(std::chrono::steady_clock::time_point now, std::vector<Pending>& expired);

  /// Ends all, in the order in which they were sent; those that expired are left out.
  void clear(std::vector<Pending>& all);

 private:
  struct Action {
    Pending pending;
    bool list = false;
    bool too_large = false;
    std::string text{};
    std::vector<std::size_t> ends{};
  };
  using Table = std::unordered_map<std::uint64_t, Action>;

  void collect(Action& action, std::string_view text);
  void forget_text(Action& action);

  std::size_t largest_lists_;
  std::size_t lists_ = 0;
  std::size_t collected_ = 0;  // bytes of all lists under way
  Table actions_;
  std::chrono::steady_clock::time_point next_deadline_ = std::chrono::steady_clock::time_point::max();
};

}  // namespace amibroker::link
