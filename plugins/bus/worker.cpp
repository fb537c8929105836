// SPDX-License-Identifier: Apache-2.0
#include "plugins/bus/worker.hpp"

#include <poll.h>
#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>
#include <zmq.hpp>

#include "plugins/bus/action_desk.hpp"
#include "plugins/bus/door.hpp"
#include "plugins/bus/listener.hpp"
#include "plugins/bus/publisher.hpp"

namespace amibroker::bus {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Readers that subscribe to ever other topics make the servers' filters change no more often than this.
constexpr milliseconds pause_between_changes{50};
constexpr milliseconds pause_after_failure{1000};
constexpr milliseconds for_ever{-1};

}  // namespace

/// All sockets of one attempt. They are destroyed before the context, as libzmq wants it.
class Worker::Sockets {
 public:
  explicit Sockets(Worker& worker)
      : worker_(worker),
        complaints_(worker.host_),
        context_(1),
        door_(context_, worker.settings_, worker.host_, complaints_) {
    const Settings& settings = worker.settings_;
    if (settings.events) {
      publisher_.emplace(context_, door_, settings, worker.run_, worker.host_, complaints_);
      listeners_.emplace_back(Listener(worker.host_, complaints_, "events", settings.events->text()),
                              &publisher_->socket());
    }
    if (settings.actions) {
      desk_.emplace(context_, door_, settings, worker.host_, complaints_,
                    [this](auto envelope, auto request) { ask(std::move(envelope), std::move(request)); });
      listeners_.emplace_back(Listener(worker.host_, complaints_, "actions", settings.actions->text()),
                              &desk_->socket());
    }
  }

  /// One round: waits, sends, reads.
  void turn() {
    for (auto& [listener, socket] : listeners_) listener.attempt(*socket);
    wait();
    for (Outgoing& one : worker_.outbox_.take()) send(one);
    if (door_.handle() != nullptr) door_.read();
    if (publisher_) publisher_->read();
    if (desk_) desk_->read();
    tell_wanted();
  }

 private:
  void wait() {
    std::vector<zmq_pollitem_t> items{{nullptr, worker_.outbox_.descriptor(), ZMQ_POLLIN, 0}};
    if (door_.handle() != nullptr) items.push_back({door_.handle(), 0, ZMQ_POLLIN, 0});
    if (publisher_) items.push_back({publisher_->socket().handle(), 0, ZMQ_POLLIN, 0});
    if (desk_) items.push_back({desk_->socket().handle(), 0, ZMQ_POLLIN, 0});
    if (zmq_poll(items.data(), static_cast<int>(items.size()), longest_wait().count()) < 0 && zmq_errno() != EINTR)
      throw zmq::error_t();
  }

  [[nodiscard]] milliseconds longest_wait() const {
    if (publisher_ && publisher_->has_changed()) return pause_between_changes;
    for (const auto& [listener, socket] : listeners_)
      if (!listener.listens()) return Listener::pause;
    return for_ever;
  }

  void send(Outgoing& one) {
    if (auto* published = std::get_if<Published>(&one)) {
      if (publisher_) publisher_->send(*published);
    } else if (desk_) {
      desk_->send(std::get<Answer>(one));
    }
  }

  void ask(std::vector<std::string> envelope, Request request) {
    worker_.host_.post([calls = worker_.calls_, envelope = std::move(envelope), request = std::move(request)] {
      calls->asked(envelope, request);
    });
  }

  void tell_wanted() {
    if (!publisher_ || !publisher_->has_changed() || worker_.told_->load()) return;
    const auto now = steady_clock::now();
    if (told_at_ && now - *told_at_ < pause_between_changes) return;
    told_at_ = now;
    worker_.tell(publisher_->changed_wanted());
  }

  Worker& worker_;
  Complaints complaints_;
  zmq::context_t context_;
  Door door_;
  std::optional<Publisher> publisher_;
  std::optional<ActionDesk> desk_;
  std::vector<std::pair<Listener, zmq::socket_t*>> listeners_;
  std::optional<steady_clock::time_point> told_at_;
};

Worker::Worker(Host& host, Outbox& outbox, Settings settings, std::string run, Calls calls)
    : host_(host),
      outbox_(outbox),
      settings_(std::move(settings)),
      run_(std::move(run)),
      calls_(std::make_shared<const Calls>(std::move(calls))),
      thread_([this] { this->run(); }) {}

void Worker::stop() {
  if (!thread_.joinable()) return;
  outbox_.stop();
  thread_.join();
}

void Worker::tell(std::shared_ptr<const Wanted> wanted) {
  told_->store(true);
  host_.post([calls = calls_, told = told_, wanted = std::move(wanted)] {
    told->store(false);
    calls->wanted(wanted);
  });
}

void Worker::run() noexcept {
  // Signals are for the program's own thread; those of libzmq, which are made from here, inherit it.
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
  Complaints complaints(host_);
  while (!outbox_.is_stopping()) {
    try {
      Sockets sockets(*this);
      while (!outbox_.is_stopping()) sockets.turn();
    } catch (const std::exception& failure) {
      complaints.add(Complaints::Kind::failure,
                     std::string("its sockets failed, and are made anew: ") + failure.what());
      if (!outbox_.is_stopping()) tell(std::make_shared<const Wanted>());
      wait_for_end(pause_after_failure);
    }
  }
}

void Worker::wait_for_end(milliseconds time) const {
  const auto end = steady_clock::now() + time;
  while (!outbox_.is_stopping() && steady_clock::now() < end) {
    static_cast<void>(outbox_.take());  // nobody could be sent it
    pollfd wake{outbox_.descriptor(), POLLIN, 0};
    const auto left = std::chrono::ceil<milliseconds>(end - steady_clock::now());
    ::poll(&wake, 1, static_cast<int>(std::max<milliseconds::rep>(left.count(), 0)));
  }
}

}  // namespace amibroker::bus
