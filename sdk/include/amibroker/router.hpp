// SPDX-License-Identifier: Apache-2.0
//
// A function of its own for each event that a plugin subscribes to, instead of one `on_event` that asks for the name.
// Since ABI 3; compiled into the plugin, so it is no part of the ABI itself.
//
//     class Calls : public amibroker::Plugin {
//      public:
//       void start(amibroker::Host& host) override {
//         router_.start(host);
//         router_.on("Newchannel", [this](amibroker::ServerId, const amibroker::Message& call) { begins(call); });
//         router_.on("Hangup", [this](amibroker::ServerId, const amibroker::Message& call) { ends(call); });
//       }
//       void on_event(amibroker::ServerId server, const amibroker::Message& message) override {
//         router_.handle(server, message);
//       }
//      private:
//       amibroker::Router router_;
//     };
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "amibroker/host.hpp"
#include "amibroker/message.hpp"

namespace amibroker {

/// Handlers by the name of the event, without case. Loop's thread only; a member of the plugin.
class Router {
 public:
  using Handler = std::function<void(ServerId, const Message&)>;

  /// From Plugin::start, before the first `on`. `host` has to outlive the use of `on` and `off`.
  void start(Host& host) noexcept { host_ = &host; }

  /// Subscribes to an event, whose name is written as Asterisk does it, and hands each to `handler`; a handler that was
  /// there for that name is replaced. A handler may itself call `on` and `off`, also for its own event.
  /// Throws std::logic_error before `start`, and std::invalid_argument if `handler` is empty.
  void on(std::string_view event, Handler handler) {
    if (host_ == nullptr) throw std::logic_error("Router::on was called before Router::start");
    if (!handler) throw std::invalid_argument("Router::on was given an empty handler");
    auto kept = std::make_shared<const Handler>(std::move(handler));
    handlers_.insert_or_assign(std::string(event), std::move(kept));
    host_->subscribe(event);
  }

  /// Unsubscribes: nothing of this event reaches its handler any more. False if it had none.
  bool off(std::string_view event) {
    const auto found = handlers_.find(event);
    if (found == handlers_.end()) return false;
    handlers_.erase(found);
    host_->unsubscribe(event);
    return true;
  }

  /// From Plugin::on_event. False if the event has no handler. What a handler throws comes out of here, so that the
  /// broker counts and logs it.
  bool handle(ServerId server, const Message& message) const {
    const auto found = handlers_.find(message.event());
    if (found == handlers_.end()) return false;
    const std::shared_ptr<const Handler> handler = found->second;  // kept: it may take itself out
    (*handler)(server, message);
    return true;
  }

  /// How many events have a handler.
  [[nodiscard]] std::size_t size() const noexcept { return handlers_.size(); }

 private:
  struct WithoutCase {
    using is_transparent = void;
    bool operator()(std::string_view a, std::string_view b) const noexcept {
      const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
      return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                          [&](char x, char y) { return lower(x) < lower(y); });
    }
  };

  Host* host_ = nullptr;
  std::map<std::string, std::shared_ptr<const Handler>, WithoutCase> handlers_;
};

}  // namespace amibroker
