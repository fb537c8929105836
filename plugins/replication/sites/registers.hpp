// SPDX-License-Identifier: Apache-2.0
//
// The names that all sites share, and what each was set to last.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/replication/sites/hybrid_clock.hpp"
#include "plugins/replication/sites/zone_table.hpp"
#include "plugins/replication/types.hpp"
#include "plugins/replication/value_table.hpp"

namespace amibroker::replication {

/// A site as a number from 0, in the order in which they were first heard.
using SiteId = std::uint16_t;
inline constexpr SiteId this_site = 0xffff;
inline constexpr SiteId unknown_site = 0xfffe;

/// For each zone and shared name the value that was set last, over all sites. The order in which changes arrive does
/// not matter: whoever has seen the same changes holds the same (a last-writer-wins register for each name). Pure; one
/// thread.
///
/// A name with the neutral value is kept for `keep_neutral`, so that an older value which a site that was cut off still
/// holds does not come back.
class Registers {
 public:
  struct Register {
    ValueId value = no_value;
    Stamp stamp = 0;
    SiteId by = unknown_site;  ///< who set it, for people to look at
  };
  struct Name {
    ZoneId zone;
    std::string text;
  };

  /// `values` must outlive this. `most`: how many names there may be at once.
  Registers(const ValueTable& values, ValueId neutral, std::size_t most)
      : values_(values), neutral_(neutral), most_(most) {}

  static constexpr std::chrono::minutes keep_neutral{60};

  /// What became of a value that was offered.
  enum class Taken : std::uint8_t {
    no,       ///< what is known is newer, or the same
    stamp,    ///< the same value, changed later
    value,    ///< a newer value
    no_room,  ///< there are too many names
  };
  Taken take(ZoneId zone, std::string_view name, ValueId value, Stamp stamp, SiteId by = unknown_site);
  /// The same, but what is offered counts, whatever its stamp is.
  Taken put(ZoneId zone, std::string_view name, ValueId value, Stamp stamp, SiteId by);

  /// Null if nothing is known of the name.
  [[nodiscard]] const Register* find(ZoneId zone, std::string_view name) const noexcept;

  /// Whether the first of two, which have other values, is what counts: the later one; of two of the same time one that
  /// is not neutral, and then the greater text, so that all sites choose alike.
  [[nodiscard]] bool wins(const Register& one, const Register& other) const noexcept;

  /// A zone has its names in as many parts, by their hashes, so that a name that changes all the time does not hide a
  /// difference in another one.
  static constexpr std::size_t parts = 8;
  using Hashes = std::array<std::uint64_t, parts>;
  /// Sums of entry_hash over the names that are not neutral. Those of two sites that agree are equal.
  [[nodiscard]] Hashes hashes(ZoneId zone) const noexcept { return zone < hashes_.size() ? hashes_[zone] : Hashes{}; }

  /// The names of a zone after this one, in order, as long as `visit(std::string_view name, const Register&)` returns
  /// true.
  template <typename Visit>
  void each_after(ZoneId zone, std::string_view after, Visit&& visit) const {
    for (auto at = names_.upper_bound(View{zone, after}); at != names_.end() && at->first.zone == zone; ++at)
      if (!visit(std::string_view(at->first.text), at->second)) return;
  }
  /// The zones' names together, as each_after.
  template <typename Visit>
  void each(Visit&& visit) const {
    for (const auto& [name, entry] : names_) visit(name.zone, std::string_view(name.text), entry);
  }

  /// The machine's clock was set back by so much: what would look like the future to others is shifted with it.
  void shift_ahead(std::int64_t unix_ms, std::int64_t by_ms);
  /// Forgets neutral names that were changed long ago; looks at a thousand at most.
  void expire(std::int64_t unix_ms);
  void remove(ZoneId zone);
  /// Forgets the names of a zone that are not among these.
  void keep_only(ZoneId zone, const std::set<std::string, std::less<>>& names);

  [[nodiscard]] std::size_t size() const noexcept { return names_.size(); }

  template <typename Visit>
  void each_value(Visit&& visit) const {
    for (const auto& [name, entry] : names_) visit(entry.value);
  }

 private:
  using View = std::pair<ZoneId, std::string_view>;
  struct Less {
    using is_transparent = void;
    static View view(const Name& name) noexcept { return {name.zone, name.text}; }
    static View view(const View& name) noexcept { return name; }
    template <typename One, typename Other>
    bool operator()(const One& one, const Other& other) const noexcept {
      return view(one) < view(other);
    }
  };
  using Names = std::map<Name, Register, Less>;
  Taken add(ZoneId zone, std::string_view name, const Register& entry);
  void change(Names::value_type& entry, const Register& to);
  void count(const Name& name, const Register& entry, bool in);

  const ValueTable& values_;
  ValueId neutral_;
  std::size_t most_;
  Names names_;
  std::vector<Hashes> hashes_;  ///< by zone
  Name looked_at_{};            ///< where `expire` stopped
};

}  // namespace amibroker::replication
