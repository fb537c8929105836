// SPDX-License-Identifier: Apache-2.0
//
// What comes of the servers, as it comes, for programs that listen at /v1/events: docs/events.md.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/control/feed.hpp"
#include "core/dispatch/dispatcher.hpp"
#include "core/host/plugin_host.hpp"
#include "core/link/servers.hpp"

namespace amibroker::app {

/// What an event is about: its device, presentity, mailbox, channel or the like; empty if it names none of these.
[[nodiscard]] std::string_view subject_of(const Message& message) noexcept;

/// Costs nothing while nobody listens, and a copy of each event while somebody does: it is picked and written on the
/// thread of the control socket. Loop's thread only.
class EventFeed final : public dispatch::EventWatcher {
 public:
  /// Looks on at `dispatcher` as long as it lives. All of it outlives this.
  EventFeed(dispatch::Dispatcher& dispatcher, const host::PluginHost& plugins, const link::Servers& servers);
  ~EventFeed();
  EventFeed(const EventFeed&) = delete;
  EventFeed& operator=(const EventFeed&) = delete;

  [[nodiscard]] control::Feed& feed() noexcept { return feed_; }

  [[nodiscard]] bool watches() const noexcept override { return feed_.wanted(); }
  void saw_event(ServerId server, const Message& message) override;
  void saw_up(ServerId server) override;
  void saw_down(ServerId server) override;
  void saw_events_lost(ServerId server, std::uint64_t count) override;

 private:
  void tell(ServerId server, const char* what, control::Json more);

  dispatch::Dispatcher& dispatcher_;
  const host::PluginHost& plugins_;
  const link::Servers& servers_;
  control::Feed feed_;
};

}  // namespace amibroker::app
