// SPDX-License-Identifier: Apache-2.0
//
// The thread that answers, whichever socket it is asked on.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>

#include "core/base/event_loop.hpp"
#include "core/control/control_socket.hpp"
#include "core/control/crowd.hpp"
#include "core/control/door.hpp"
#include "core/control/feed_reader.hpp"
#include "core/control/session.hpp"
#include "core/control/site.hpp"
#include "core/control/web_listener.hpp"

namespace amibroker::control {

/// Serves HTTP/1.1 on a unix socket and on TCP, on a thread of its own. However slow or hostile a client is, it costs
/// the loop nothing but the commands that it may give. All members: loop's thread.
class Service {
 public:
  /// `site` outlives this.
  Service(base::EventLoop& loop, const Site& site, Session::Patience patience = {}, FeedReaders::Pace pace = {});
  /// Questions that are under way are dropped, clients are cut off, and sockets closed.
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  /// Each at most once, before `start`. Throw std::runtime_error, whose text says what to do, if the socket cannot be
  /// opened or another process serves it.
  void open(ControlSocket::Settings settings);
  void open(WebListener::Settings settings);
  /// Begins to answer. Throws std::system_error if the process has no thread left.
  void start();

  /// What `open` opened; null before.
  [[nodiscard]] const WebListener* web() const noexcept { return web_.get(); }

 private:
  void run();

  boost::asio::io_context io_{1};
  Door door_;
  FeedReaders readers_;
  Session::Context context_;
  std::unique_ptr<ControlSocket> local_;
  std::unique_ptr<WebListener> web_;
  std::thread thread_;
};

}  // namespace amibroker::control
