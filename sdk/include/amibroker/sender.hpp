// SPDX-License-Identifier: Apache-2.0
//
// Records to a receiver that may be slow or may never read (a pipe, a socket, a file), from a thread of its own, so
// that the broker's loop never waits for it. Since ABI 3; compiled into the plugin. Needs POSIX, and a plugin that
// links Threads::Threads.
//
//     void start(amibroker::Host& host) override {
//       sender_.emplace(host, "file", amibroker::Sender::open_to_append("/var/log/calls.csv"));
//       ...
//     void on_event(...) override { sender_->send(line); }
//     void stop() override { sender_.reset(); }
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "amibroker/host.hpp"

namespace amibroker {

/// A queue with a bound, and a thread that writes it to a descriptor.
///
/// If the queue is full the new record is dropped: it is counted (counter `NAME dropped`), and a warning says so, at
/// most once a minute. What the receiver refuses (it is gone, the disk is full) is dropped and said as well; the next
/// record is tried again. Records that went out whole are in the counter `NAME sent`.
class Sender {
 public:
  struct Limits {
    std::size_t most_bytes = 1024 * 1024;       ///< of records that wait, with 32 for each of them
    std::chrono::milliseconds last_write{200};  ///< how long `stop` lets the receiver take what still waits
  };
  /// What went wrong with the receiver, as text. Called on the loop's thread, at most once a minute.
  using Failed = std::function<void(const std::string& why)>;

  /// Takes the descriptor over, closes it at the end, and switches it to O_NONBLOCK. `host` must be valid until `stop`.
  /// `name` begins the counters and the log lines. `failed` may be empty. Throws std::system_error.
  Sender(Host& host, std::string name, int descriptor, Limits limits, Failed failed = {})
      : host_(host),
        name_(std::move(name)),
        limits_(limits),
        failed_(std::move(failed)),
        descriptor_(descriptor),
        sent_(host.counter(name_ + " sent")),
        dropped_(host.counter(name_ + " dropped")) {
    if (::fcntl(descriptor_.fd, F_SETFL, ::fcntl(descriptor_.fd, F_GETFL) | O_NONBLOCK) != 0) throw error("fcntl");
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) throw error("pipe2");
    wake_reader_.fd = ends[0];
    wake_writer_.fd = ends[1];
    thread_ = std::thread([this] { work(); });
  }
  Sender(Host& host, std::string name, int descriptor) : Sender(host, std::move(name), descriptor, Limits()) {}

  ~Sender() { stop(); }
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  /// A file, or a pipe (mkfifo) that somebody reads, to append to. Never waits for a reader: without one it throws.
  /// Throws std::system_error.
  [[nodiscard]] static int open_to_append(const std::string& path) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0640);
    if (fd < 0) throw error(path);
    return fd;
  }

  /// Queues a record, which is copied and goes out whole, without anything added. False if it was dropped, because the
  /// queue is full or the sender was stopped. Loop's thread, or any thread that the plugin ends before `stop`.
  bool send(std::string_view record) {
    {
      const std::lock_guard lock(mutex_);
      if (!stopping_ && cost(record) <= limits_.most_bytes - waiting_bytes_) {
        queue_.emplace_back(record);
        waiting_bytes_ += cost(record);
        wake_.notify_one();
        return true;
      }
    }
    drop(1, "the receiver does not keep up, and its queue is full", When::once_a_minute);
    return false;
  }

  /// Whether `send` would take a record of so many bytes now; it stays true until the next `send` or `stop`. For
  /// whoever keeps what has no room himself, because only the newest counts: nothing is counted or said. Threads as for
  /// `send`.
  [[nodiscard]] bool has_room(std::size_t bytes) const {
    const std::lock_guard lock(mutex_);
    return !stopping_ && bytes + overhead <= limits_.most_bytes - waiting_bytes_;
  }

  /// Ends the thread: what waits is written for as long as `last_write` allows, the rest is dropped and counted. A
  /// record may then have gone out in part. Takes no longer than that and one write, which for a pipe or a socket is
  /// short (only a file on a dead network share may hold it up). Once, or again without effect; the destructor does it.
  void stop() {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      stopping_ = true;
      end_ = std::chrono::steady_clock::now() + limits_.last_write;
    }
    wake_.notify_one();
    const char byte = 0;
    static_cast<void>(!::write(wake_writer_.fd, &byte, 1));
    thread_.join();
    bool unsaid = false;
    {
      const std::lock_guard lock(mutex_);
      unsaid = unsaid_ > 0;
    }
    if (unsaid) drop(0, "since the last such line", When::now);
  }

 private:
  struct Descriptor {
    explicit Descriptor(int number = -1) : fd(number) {}
    ~Descriptor() {
      if (fd >= 0) ::close(fd);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int fd;
  };

  /// When a line says that records were dropped.
  enum class When : std::uint8_t { once_a_minute, now };

  static constexpr std::size_t overhead = 32;
  static std::size_t cost(std::string_view record) noexcept { return record.size() + overhead; }

  static std::system_error error(const std::string& what) { return {errno, std::generic_category(), what}; }

  void work() noexcept {
    // Signals are for the program's own thread; SIGPIPE, for one, would end it.
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
    while (const std::string* record = next()) {
      const int why = write_whole(*record);
      finish(why);
    }
  }

  /// Waits for a record, which stays in the queue until `finish`; null if the end has come and nothing waits.
  const std::string* next() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    return queue_.empty() ? nullptr : &queue_.front();  // a deque: stays where it is while others are appended
  }

  /// 0, or the errno; ETIMEDOUT if the time of `stop` was over.
  int write_whole(std::string_view record) {
    while (!record.empty()) {
      const ssize_t count = ::write(descriptor_.fd, record.data(), record.size());
      if (count > 0) record.remove_prefix(static_cast<std::size_t>(count));
      else if (count < 0 && errno != EAGAIN && errno != EINTR) return errno;
      else if (!wait_for_receiver()) return ETIMEDOUT;
    }
    return 0;
  }

  /// Until the receiver takes more. False if the time of `stop` is over.
  bool wait_for_receiver() {
    const auto end = time_to_end();
    const auto left = end ? std::chrono::ceil<std::chrono::milliseconds>(*end - std::chrono::steady_clock::now())
                          : std::chrono::milliseconds(-1);
    if (end && left.count() <= 0) return false;
    // Once the end is known, the byte that woke us stays in the pipe and is not asked for again.
    std::array<pollfd, 2> ends{{{descriptor_.fd, POLLOUT, 0}, {end ? -1 : wake_reader_.fd, POLLIN, 0}}};
    ::poll(ends.data(), ends.size(), static_cast<int>(left.count()));
    return true;
  }

  std::optional<std::chrono::steady_clock::time_point> time_to_end() {
    const std::lock_guard lock(mutex_);
    return stopping_ ? std::optional(end_) : std::nullopt;
  }

  /// Takes the record out that `next` gave; after the end of the time also all others.
  void finish(int why) {
    std::size_t lost = why == 0 ? 0 : 1;
    {
      const std::lock_guard lock(mutex_);
      waiting_bytes_ -= cost(queue_.front());
      queue_.pop_front();
      if (why == ETIMEDOUT && stopping_) {
        lost += queue_.size();
        queue_.clear();
      }
    }
    if (why == 0) {
      ++sent_;
    } else if (why == ETIMEDOUT) {
      drop(lost, "the receiver did not take them before the end", When::now);
    } else {
      const std::string text = "the receiver does not take them: " + std::generic_category().message(why);
      const bool said = drop(lost, text, When::once_a_minute);
      if (said && failed_) host_.post([failed = failed_, text] { failed(text); });
    }
  }

  /// Whether a line says so.
  bool drop(std::uint64_t count, const std::string& why, When when) {
    dropped_ += count;
    std::uint64_t since = 0;
    {
      const std::lock_guard lock(mutex_);
      unsaid_ += count;
      const auto now = host_.now();
      if (when != When::now && said_ && now - *said_ < std::chrono::minutes(1)) return false;
      said_ = now;
      since = std::exchange(unsaid_, 0);
    }
    host_.log(Level::warning, name_ + ": " + std::to_string(since) + " records were dropped: " + why);
    return true;
  }

  Host& host_;
  const std::string name_;
  const Limits limits_;
  const Failed failed_;
  const Descriptor descriptor_;
  Descriptor wake_reader_;
  Descriptor wake_writer_;
  Counter& sent_;
  Counter& dropped_;
  mutable std::mutex mutex_;  ///< guards what follows
  std::condition_variable wake_;
  std::deque<std::string> queue_;
  std::size_t waiting_bytes_ = 0;
  bool stopping_ = false;
  std::chrono::steady_clock::time_point end_{};
  std::optional<std::chrono::steady_clock::time_point> said_;
  std::uint64_t unsaid_ = 0;  ///< dropped since the last line
  std::thread thread_;
};

}  // namespace amibroker
