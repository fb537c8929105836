// SPDX-License-Identifier: Apache-2.0
#include "core/bus/courier.hpp"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace amibroker::cluster {
namespace {

using std::chrono::steady_clock;

/// Taken out of the queue in one go: what is under way when a connection breaks is lost.
constexpr std::size_t some = 32;
constexpr std::size_t cost_of_a_message = 200;

std::size_t cost_of(const Outgoing& message) noexcept { return message.payload.size() + cost_of_a_message; }

}  // namespace

Courier::Courier(Engine& engine, std::vector<Url> urls, Inbox& inbox, Figures& figures, QueueLimits limits, Waits waits)
    : engine_(engine),
      urls_(std::move(urls)),
      inbox_(inbox),
      figures_(figures),
      waits_(waits),
      backoff_(waits.first, waits.longest, std::random_device{}()),
      random_(std::random_device{}()),
      quotas_(limits) {
  inbox_.set_closed([this](std::string_view why) { lost(why); });
  std::shuffle(urls_.begin(), urls_.end(), random_);
}

Courier::~Courier() { stop(); }

void Courier::start() {
  thread_ = std::thread([this] { work(); });
}

void Courier::stop() noexcept {
  if (!thread_.joinable()) return engine_.close();
  bool connected = false;
  {
    const std::lock_guard lock(mutex_);
    end_ = steady_clock::now() + waits_.last_words;
    connected = connected_;
  }
  changed_.notify_all();
  // An attempt to connect is not waited for; what is to be sent is.
  if (!connected) engine_.close();
  thread_.join();
  engine_.close();
}

void Courier::add(std::string_view plugin) {
  const std::lock_guard lock(mutex_);
  quotas_.add(plugin);
}

bool Courier::send(Outgoing message) {
  {
    const std::lock_guard lock(mutex_);
    if (!connected_ || closed_) {
      figures_.drop(Drop::no_way);
      return false;
    }
    if (!quotas_.take(message.plugin, cost_of(message))) {
      figures_.drop(Drop::out_full);
      return false;
    }
    queue_.push_back(std::move(message));
    if (queue_.size() > 1) return true;  // the thread knows already
  }
  changed_.notify_one();
  return true;
}

bool Courier::subscribe(const std::string& subject) {
  {
    const std::lock_guard lock(mutex_);
    if (!held_.contains(subject) && std::max(held_.size(), wanted_.size()) >= most_subjects) return false;
    wanted_.insert(subject);
    if (!held_.insert(subject).second) return true;
    new_subjects_.push_back(subject);
  }
  changed_.notify_one();
  return true;
}

void Courier::unsubscribe(const std::string& subject) {
  const std::lock_guard lock(mutex_);
  wanted_.erase(subject);
}

/// One of the engine's threads.
void Courier::lost(std::string_view why) noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (!closed_) closed_ = why;
  }
  changed_.notify_one();
}

bool Courier::is_over() const { return end_ && (!connected_ || queue_.empty() || steady_clock::now() >= *end_); }

void Courier::work() noexcept {
  // Signals are for the loop's thread. Those that the engine makes inherit this.
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
  Lock lock(mutex_);
  while (!is_over()) {
    try {
      round(lock);
    } catch (const std::exception& fault) {  // no memory
      if (!lock.owns_lock()) lock.lock();
      closed_ = fault.what();
    }
  }
  connected_ = false;
  lock.unlock();
  engine_.disconnect();
}

void Courier::round(Lock& lock) {
  if (connected_ && closed_) {
    connected_ = false;
    drop_all();
    inbox_.put(Incoming::Kind::down, *closed_);
    lock.unlock();
    engine_.disconnect();
    lock.lock();
    next_attempt_ = steady_clock::now();
  }
  if (!connected_) {
    if (steady_clock::now() >= next_attempt_) return connect(lock);
    changed_.wait_until(lock, next_attempt_);
    return;
  }
  if (!new_subjects_.empty()) return subscribe_new(lock);
  if (!queue_.empty()) return send_some(lock);
  changed_.wait(lock);
}

const Url& Courier::next_url() {
  // All of them before one is tried again, in another order each time.
  if (url_ >= urls_.size()) {
    url_ = 0;
    std::shuffle(urls_.begin(), urls_.end(), random_);
  }
  return urls_[url_++];
}

void Courier::connect(Lock& lock) {
  closed_.reset();
  const Url& url = next_url();
  const auto subjects = held_ = wanted_;
  new_subjects_.clear();
  lock.unlock();
  std::string why;
  bool is_there = engine_.connect(url, why);
  if (is_there && !(std::all_of(subjects.begin(), subjects.end(),
                                [this](const std::string& subject) { return engine_.subscribe(subject); }) &&
                    engine_.settle())) {
    is_there = false;
    why = "it was lost at once";
    engine_.disconnect();
  }
  if (!is_there) {
    const std::string text = url.text() + ": " + why;
    if (std::exchange(complaint_, why) != why) inbox_.put(Incoming::Kind::notice, text);
    // Servers that are down refuse at once: only after all of them it is time to wait.
    if (url_ >= urls_.size()) next_attempt_ = steady_clock::now() + backoff_.next();
    lock.lock();
    return;
  }
  complaint_.clear();
  backoff_.reset();
  figures_.connects.fetch_add(1, std::memory_order_relaxed);
  lock.lock();
  connected_ = true;
  inbox_.put(Incoming::Kind::up, url.text());
}

void Courier::subscribe_new(Lock& lock) {
  const auto subjects = std::exchange(new_subjects_, {});
  lock.unlock();
  for (const std::string& subject : subjects)
    if (!engine_.subscribe(subject)) break;  // the connection is gone, and the next one begins with all of them
  lock.lock();
}

void Courier::send_some(Lock& lock) {
  std::deque<Outgoing> now;
  while (!queue_.empty() && now.size() < some) {
    quotas_.give_back(queue_.front().plugin, cost_of(queue_.front()));
    now.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  lock.unlock();
  for (const Outgoing& message : now) {
    const auto sent = engine_.publish(message.subject, message.reply, message.payload);
    if (sent != Engine::Sent::yes) {
      figures_.drop(sent == Engine::Sent::too_long ? Drop::too_long : Drop::no_way);
      continue;
    }
    figures_.messages_out.fetch_add(1, std::memory_order_relaxed);
    figures_.bytes_out.fetch_add(message.payload.size(), std::memory_order_relaxed);
  }
  lock.lock();
}

/// What waits was meant for those who heard us then.
void Courier::drop_all() {
  for (const Outgoing& message : queue_) quotas_.give_back(message.plugin, cost_of(message));
  figures_.drop(Drop::no_way, queue_.size());
  queue_.clear();
}

}  // namespace amibroker::cluster
