// SPDX-License-Identifier: Apache-2.0
//
// What the plugins know of hints, collected once for all who ask at the same time.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "core/app/hint_lines.hpp"
#include "core/app/loop_share.hpp"
#include "core/base/event_loop.hpp"
#include "core/control/command.hpp"
#include "core/host/plugin_host.hpp"

namespace amibroker::app {

/// Made with make_shared; loop's thread. However many ask, there is one collection under way, so what it costs has a
/// bound.
class HintDesk : public std::enable_shared_from_this<HintDesk> {
 public:
  struct Known {
    HintLines lines;
    control::Json failures = control::Json::array();  ///< `{"plugin","text"}` of those that did not answer
  };
  /// What was known after the call to `ask`.
  using Heard = std::function<void(std::shared_ptr<const Known> known)>;

  /// All of it outlives this.
  HintDesk(const host::PluginHost& plugins, base::EventLoop& loop, LoopShare& share)
      : plugins_(plugins), loop_(loop), share_(share) {}

  void ask(Heard heard);

 private:
  void begin();

  const host::PluginHost& plugins_;
  base::EventLoop& loop_;
  LoopShare& share_;
  bool collects_ = false;
  std::vector<Heard> next_;  // who hears of the collection after the one that is under way
};

}  // namespace amibroker::app
