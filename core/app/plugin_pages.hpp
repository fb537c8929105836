// SPDX-License-Identifier: Apache-2.0
//
// A list that plugins tell a page at a time, with a rest after each page.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/app/loop_share.hpp"
#include "core/base/event_loop.hpp"
#include "core/control/command.hpp"
#include "core/host/plugin_host.hpp"

namespace amibroker::app {

/// Asks one plugin after the other for all pages of its answer to `command`, which is `{"<command>":[...],"next"}`.
/// Made with make_shared; lives until it is done. However many there are at a time, together they take their share of
/// the loop. Loop's thread.
class PluginPages : public std::enable_shared_from_this<PluginPages> {
 public:
  struct Hears {
    /// The first answer of a plugin, without the list; may be left out.
    std::function<void(const std::string& plugin, control::Json& answer)> first{};
    /// An object of the list.
    std::function<void(const std::string& plugin, control::Json& item)> item;
    /// This plugin did not answer, and why. One that does not know the command has nothing to say.
    std::function<void(const std::string& plugin, const std::string& text)> failure;
    /// Called once, after all others.
    std::function<void()> end;
  };

  /// Plugins, loop and share outlive it. `command`: lives as long as the program.
  PluginPages(const host::PluginHost& plugins, base::EventLoop& loop, LoopShare& share, std::string_view command,
              Hears hears)
      : plugins_(plugins), loop_(loop), share_(share), command_(command), hears_(std::move(hears)) {}

  void begin();

 private:
  void ask();
  void ask_later();
  [[nodiscard]] host::PluginLife* current();
  void take(const host::PluginAnswer& answer);
  void next_plugin();

  const host::PluginHost& plugins_;
  base::EventLoop& loop_;
  LoopShare& share_;
  std::string_view command_;
  Hears hears_;
  std::vector<std::string> names_;
  std::size_t at_ = 0;
  std::uint64_t from_ = 0;
};

}  // namespace amibroker::app
