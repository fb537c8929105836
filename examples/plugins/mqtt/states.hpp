// SPDX-License-Identifier: Apache-2.0
//
// The latest state of each name on each server, and which of them wait to be published.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace mqtt {

enum class Kind : std::uint8_t { device, presence };

/// The state itself, as a text that lives for ever, or an empty one if Asterisk has no such state.
[[nodiscard]] std::string_view known_state(Kind kind, std::string_view text) noexcept;

/// Only the latest state of a name waits, however slow the MQTT broker is: what waits has the bound that names have.
/// A name that is gone keeps its place, so that it is cleared again after an outage.
class States {
 public:
  /// A server, by its section: one that is taken out of the configuration and comes back has the same.
  struct Place;

  /// `prefix`: of the topics. `max_names`: most names that one server may have.
  States(std::string prefix, std::size_t max_names);
  ~States();
  States(const States&) = delete;
  States& operator=(const States&) = delete;

  [[nodiscard]] Place& place(std::string_view section);

  /// `online`, `offline`, or empty: the server is gone. The text must live for ever.
  void set_status(Place& place, std::string_view status);

  enum class Taken : std::uint8_t { yes, full, refused };
  /// An event says so. `state` is one that known_state gave. `full`: the server has too many names; `refused`: this can
  /// be no name.
  Taken set(Place& place, Kind kind, std::string_view name, std::string_view state);

  /// A list of all states begins: it is asked for. What events say from now on is younger than the list.
  void begin_list(Place& place, Kind kind);
  /// A list with so many names came. Room is made now, for in the midst of them all names would move at once.
  void expect(Place& place, Kind kind, std::size_t names);
  Taken set_listed(Place& place, Kind kind, std::string_view name, std::string_view state);
  /// Names that were neither listed nor heard of since begin_list are gone. Looks at a slice of them, from number
  /// `from` on, and gives where to go on; nothing if it was the last one.
  std::optional<std::size_t> end_list(Place& place, Kind kind, std::size_t from);

  /// The server is taken out of the configuration: nothing of it stays published.
  void clear(Place& place);

  /// All that is known has to be published anew.
  void all_again() noexcept {
    again_ = Again{};
    ++round_;
  }

  [[nodiscard]] bool waits() {
    if (waiting_.empty() && again_) fill_again();
    return !waiting_.empty();
  }
  /// Appends the topic of what waits longest, and gives its state; empty: the topic is to be cleared. Only if `waits`.
  std::string_view first(std::string& topic) const;
  void pop_first();

  /// How many names there are, with those that are gone.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  struct Entry {
    std::string_view state{};  ///< empty: gone, nothing is published
    std::uint32_t heard = 0;   ///< number of the list after whose beginning it was last heard of
    std::uint32_t sent = 0;    ///< the round in which it was last sent
    bool waits = false;
  };
  using Names = std::unordered_map<std::string, Entry>;
  struct Waiting {
    Place* place;
    Kind kind;
    Names::value_type* name;  ///< null: the server's own status
  };

  /// How far `all_again` has come.
  struct Again {
    std::string section;  ///< after which the place comes that is next
    Place* place = nullptr;
    std::size_t kind = 0;
    std::size_t from = 0;
  };

  void fill_again();
  Taken put(Place& place, Kind kind, std::string_view name, std::string_view state, bool listed);
  void change(Place& place, Kind kind, Names::value_type& name, std::string_view state);

  const std::string prefix_;
  const std::size_t max_names_;
  std::size_t size_ = 0;
  std::map<std::string, Place, std::less<>> places_;
  std::deque<Waiting> waiting_;
  std::optional<Again> again_;
  std::uint32_t round_ = 1;  ///< counts all_again
};

struct States::Place {
  std::string topic;  ///< `<prefix>/<server>`
  std::string_view status{};
  bool status_waits = false;
  std::uint32_t status_sent = 0;  ///< the round in which it was last sent
  std::array<Names, 2> names{};
  std::array<std::vector<Names::value_type*>, 2> order{};  ///< the same, by number
  std::array<std::uint32_t, 2> list{};                     ///< number of the last list that was begun
};

}  // namespace mqtt
