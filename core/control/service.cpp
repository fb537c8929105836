// SPDX-License-Identifier: Apache-2.0
#include "core/control/service.hpp"

#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <utility>

namespace amibroker::control {

namespace asio = boost::asio;

namespace {

constexpr int less_urgent = 5;  // a niceness: about a third of the processor time of the event loop, if both want it

}  // namespace

Service::Service(base::EventLoop& loop, const Site& site, Session::Patience patience, FeedReaders::Pace pace)
    : door_(loop, [this](std::function<void()> task) { asio::post(io_, std::move(task)); }),
      readers_(io_, door_, pace),
      context_{site, door_, readers_, patience} {
  for (const auto& [name, feed] : site.feeds) readers_.attach(*feed);
}

Service::~Service() {
  if (!thread_.joinable()) return;
  asio::post(io_, [this] {
    readers_.close();
    if (local_) local_->close();
    if (web_) web_->close();
    io_.stop();
  });
  thread_.join();
}

void Service::open(ControlSocket::Settings settings) {
  local_ = std::make_unique<ControlSocket>(io_, context_, std::move(settings));
}

void Service::open(WebListener::Settings settings) {
  web_ = std::make_unique<WebListener>(io_, context_, std::move(settings));
}

void Service::start() {
  thread_ = std::thread([this] { run(); });
}

void Service::run() {
  // Of this thread alone, as Linux has it: if there are too few cores, clients wait, and lamps do not.
  static_cast<void>(::setpriority(PRIO_PROCESS, 0, ::getpriority(PRIO_PROCESS, 0) + less_urgent));
  const auto work = asio::make_work_guard(io_);
  for (;;) {
    try {
      io_.run();
      return;
    } catch (const std::exception& error) {
      // Memory, most likely. What was being done ends with its client; the others go on.
      spdlog::error("control: a client is cut off, since its request could not be handled: {}", error.what());
    }
  }
}

}  // namespace amibroker::control
