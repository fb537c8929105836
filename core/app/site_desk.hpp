// SPDX-License-Identifier: Apache-2.0
//
// What the plugins know of other sites, collected once for all who ask at the same time.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "core/app/loop_share.hpp"
#include "core/base/event_loop.hpp"
#include "core/control/command.hpp"
#include "core/control/metrics.hpp"
#include "core/host/plugin_host.hpp"

namespace amibroker::app {

/// Made with make_shared. However many ask, there is one collection under way, so what it costs has a bound. Loop's
/// thread.
class SiteDesk : public std::enable_shared_from_this<SiteDesk> {
 public:
  /// Lists of objects, with the plugin's name in each.
  struct Known {
    control::Json plugins = control::Json::array();   ///< what each says of this broker
    control::Json sites = control::Json::array();     ///< of each other site; at most `most_sites`
    control::Json failures = control::Json::array();  ///< `{"plugin","text"}` of those that did not answer
    std::chrono::steady_clock::time_point at{};       ///< when the last of it came
  };
  using Heard = std::function<void(std::shared_ptr<const Known> known)>;

  /// All of it outlives this.
  SiteDesk(const host::PluginHost& plugins, base::EventLoop& loop, LoopShare& share)
      : plugins_(plugins), loop_(loop), share_(share) {}

  /// `heard` is called once, with what was known after this call.
  void ask(Heard heard);
  /// What was known lately; null: not yet. From the first question on it is kept up to date for a while.
  [[nodiscard]] const Known* last();

  static constexpr std::size_t most_sites = 3000;
  static constexpr std::chrono::milliseconds pace{1000};
  static constexpr std::chrono::milliseconds patience{
      120'000};  ///< figures that nobody asked for so long are not wanted

 private:
  void begin();
  void follow();

  const host::PluginHost& plugins_;
  base::EventLoop& loop_;
  LoopShare& share_;
  bool collects_ = false;
  std::vector<Heard> next_;  ///< who hears of the collection after the one that is under way
  std::shared_ptr<const Known> last_;
  std::chrono::steady_clock::time_point wanted_until_{};
  bool follows_ = false;
};

/// Appends the figures of other sites; null: they are not known.
void collect_sites(const SiteDesk::Known* known, std::vector<control::Family>& families);

}  // namespace amibroker::app
