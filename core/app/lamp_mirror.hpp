// SPDX-License-Identifier: Apache-2.0
//
// How all lamps stand, as the plugins tell it, for those who watch.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "amibroker/message.hpp"
#include "core/host/plugin_commands.hpp"

namespace amibroker::app {

/// One name as one plugin distributes it.
struct Lamp {
  std::string plugin;
  std::string name;
  std::optional<std::string> state{};  ///< what it is to show; nothing: not known
  std::optional<std::string> by{};     ///< section of the server whose word came last, if that is known;
  bool by_site = false;                ///< or the name of the site, if it was another one
  std::string cells{};                 ///< a letter for each ServerId from 0; see docs/control.md

  friend bool operator==(const Lamp&, const Lamp&) = default;
};

/// Asks each plugin for its lamps, a page at a time, and after that for what changed. While nobody needs it, nothing is
/// asked. Loop's thread only.
class LampMirror {
 public:
  /// Where the lamps come from: see host::PluginLife.
  struct Plugins {
    std::function<std::vector<std::string>()> names;  ///< of those that run
    std::function<void(const std::string& plugin, std::string_view command, std::span<const Field> arguments,
                       host::PluginAnswered done)>
        ask;
    std::function<void(std::function<void()> task)> soon;  ///< in a later turn of the loop, or some time later
  };
  /// `before`: null for a new one. `now`: null for one that is gone.
  using Shared = std::shared_ptr<const Lamp>;
  using Changed = std::function<void(const Shared& before, const Shared& now)>;
  using Lamps = std::vector<Shared>;

  LampMirror(Plugins plugins, Changed changed) : plugins_(std::move(plugins)), changed_(std::move(changed)) {}

  /// One question to each plugin that owes no answer. Call it as often as what is shown may be old.
  void look();
  /// Nobody needs it any more.
  void forget();

  /// In no order. Cheap: what they point to is shared.
  [[nodiscard]] Lamps lamps() const;
  [[nodiscard]] std::size_t size() const noexcept;
  /// Cells by their letter.
  [[nodiscard]] std::uint64_t count(char letter) const noexcept { return counts_[static_cast<unsigned char>(letter)]; }

  /// Lamps of one plugin; what is beyond is not shown.
  static constexpr std::size_t most_lamps = 1'000'000;

 private:
  struct Known {
    Shared lamp;
    std::uint64_t round = 0;  ///< in which the plugin named it last
  };
  struct Source {
    bool asked = false;     ///< owes an answer
    bool goes_on = false;   ///< is to be asked soon
    bool follows = false;   ///< all pages came, and changes are asked for
    bool has_none = false;  ///< a plugin without lamps
    std::uint64_t next = 0;
    std::uint64_t round = 0;
    std::map<std::string, Known, std::less<>> lamps;
  };
  struct Page;

  void ask(const std::string& plugin, Source& source);
  void go_on(const std::string& plugin, Source& source);
  void take(const std::string& plugin, Source& source, const host::PluginAnswer& answer);
  void take_page(const std::string& plugin, Source& source, const Page& page);
  void put(const std::string& plugin, Source& source, Lamp lamp);
  void drop(Source& source, std::string_view name);
  void drop_old(Source& source);
  void begin_anew(Source& source);
  void count_cells(const Lamp& lamp, bool add) noexcept;

  Plugins plugins_;
  Changed changed_;
  std::map<std::string, Source, std::less<>> sources_;
  std::array<std::uint64_t, 256> counts_{};
  std::shared_ptr<bool> alive_ = std::make_shared<bool>();
};

}  // namespace amibroker::app
