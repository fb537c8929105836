// SPDX-License-Identifier: Apache-2.0
//
// What administrators ask of a plugin that distributes states: why this lamp, which lamps are wrong, all lamps.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "amibroker/commands.hpp"
#include "amibroker/host.hpp"
#include "amibroker/replication/state_plugin.hpp"
#include "plugins/replication/key_table.hpp"
#include "plugins/replication/lamp_delay.hpp"
#include "plugins/replication/lamp_feed.hpp"
#include "plugins/replication/places.hpp"
#include "plugins/replication/replicator.hpp"
#include "plugins/replication/value_table.hpp"

namespace amibroker::replication {

class Sites;

/// The answers of the commands (docs/control.md says what the daemon makes of them); each takes a bounded time:
///
/// - `show`, `name`: `{"names":[{"name","state","contributions":[{"server","state","age_seconds"}],"cells":[{"server",
///   "should","holds","is","why","age_seconds"}]}]}`; ages are null if they are not known, `holds` is null if that is
///   not known, and `absent` if the server has no such name. What a site says is `{"site","zone","state",
///   "age_seconds"}` among the contributions: of a device, another site; of a name that is shared, the site that set it
///   last, this one included, or null if it is not known which.
/// - `wrong`, `from`: `{"wrong":[{"name","server","should","holds","is","why","age_seconds"}],"next":null|KEY}`.
/// - `lamps`, `from`: `{"lamps":[{"name","state","by","cells"}],"gone":[NAME],"next":null|KEY}`, where `by` is the
///   section of the server whose word came last, or null; in its place there is `by_site` if that was another site; and
///   `cells` has a letter for each ServerId from 0; `from` = 0
///   begins a watch. Or `changes`: the same of what changed since the last question, with `"more":true` if there is
///   more to ask for; `"begin":true` if there is no watch, which must be begun anew.
/// - `hints`, `from`: `{"hints":[{"shown","device","number","servers"}],"next":null|KEY}` of the names that a hint can
///   show: see HintPart. `servers` has a letter for each ServerId from 0: `o` its own, `s` shown there, `b` both, `.`
///   neither.
/// - `delays`: `{"limits_seconds":[],"counts":[],"sum_seconds"}` of LampDelay.
///
/// Loop's thread only. All that is referred to outlives this.
class LampCommands {
 public:
  /// What only the plugin knows of its names.
  struct Naming {
    /// What names a state may be shown as that a server calls `name`.
    std::function<std::vector<std::string>(std::string_view name)> shown_names;
    /// What a dialplan's hint needs to show this name; nothing if no hint does.
    std::function<std::optional<HintPart>(std::string_view shown_name)> hint_part;
  };

  LampCommands(const Host& host, const Replicator& replicator, const Places& places, const KeyTable& keys,
               const ValueTable& values, LampFeed& feed, const LampDelay& delay)
      : host_(host),
        replicator_(replicator),
        places_(places),
        keys_(keys),
        values_(values),
        feed_(feed),
        delay_(delay) {}

  void add_to(Commands& commands, Naming naming);
  /// There are other sites, from now on.
  void set_sites(const Sites& sites) noexcept { sites_ = &sites; }

  [[nodiscard]] std::string show(std::span<const std::string> names) const;
  [[nodiscard]] std::string wrong(KeyId from) const;
  [[nodiscard]] std::string lamps(KeyId from);
  [[nodiscard]] std::string changes();
  [[nodiscard]] std::string hints(KeyId from) const;
  [[nodiscard]] std::string delays() const;

  /// Names that one question may be about.
  static constexpr std::size_t most_shown = 10;
  /// Cells that are looked at for one answer, so that servers do not wait.
  static constexpr std::size_t cells_a_page = 20'000;
  static constexpr std::size_t wrong_a_page = 200;
  static constexpr std::size_t lamps_a_page = 100;
  /// Bytes of an answer in pages, but for its last item.
  static constexpr std::size_t bytes_a_page = std::size_t{1} << 20;
  /// What is longer comes from a server that means harm, and is cut: nobody reads it.
  static constexpr std::size_t longest_value = 200;

 private:
  [[nodiscard]] std::string_view section_of(const Row& row, std::size_t index) const;
  [[nodiscard]] std::string age_text(TimePoint since) const;
  void add_name(std::string& out, KeyId key) const;
  void add_contributions(std::string& out, KeyId key, const Row& row) const;
  void add_sites(std::string& out, KeyId key) const;
  void add_cell(std::string& out, KeyId key, const Row& row, std::size_t index) const;
  void add_lamp(std::string& out, KeyId key) const;
  [[nodiscard]] std::string hint_servers(const Row& row) const;
  void add_value(std::string& out, ValueId value) const;
  void add_newest(std::string& out, KeyId key, const Row& row) const;
  [[nodiscard]] ValueId state_of(const Row& row) const;

  const Host& host_;
  const Replicator& replicator_;
  const Places& places_;
  const KeyTable& keys_;
  const ValueTable& values_;
  LampFeed& feed_;
  const LampDelay& delay_;
  Naming naming_;
  const Sites* sites_ = nullptr;
};

}  // namespace amibroker::replication
