// SPDX-License-Identifier: Apache-2.0
//
// From the loop to the thread with the sockets: a queue with a bound.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace amibroker::bus {

/// A message for readers.
struct Published {
  std::string topic;
  std::uint64_t number = 0;  ///< see Streams
  std::string json;
};

/// The answer to a client, with what routes it back to him.
struct Answer {
  std::vector<std::string> envelope;
  std::string json;
};

using Outgoing = std::variant<Published, Answer>;

/// Never blocks for longer than it takes to move a few pointers. `take` is for the thread with the sockets, the rest
/// for any thread.
class Outbox {
 public:
  /// Most bytes of messages for readers that wait, with 200 for each of them.
  static constexpr std::size_t most_bytes = std::size_t{8} * 1024 * 1024;

  /// Throws std::system_error.
  Outbox();
  ~Outbox();
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  /// False if the queue is full: the message is dropped, and its number is missing for every reader.
  bool publish(std::string_view topic, std::uint64_t number, std::string_view json);
  /// Always taken: there are never more of them than requests under way.
  void answer(Answer answer);
  /// The thread is to end.
  void stop();

  /// All that waits, oldest first.
  [[nodiscard]] std::deque<Outgoing> take();
  [[nodiscard]] bool is_stopping() const;
  /// Readable if something waits, or after `stop`.
  [[nodiscard]] int descriptor() const noexcept { return wake_; }

 private:
  void wake() const noexcept;

  int wake_;  ///< an eventfd
  mutable std::mutex mutex_;
  std::deque<Outgoing> waiting_;
  std::size_t waiting_bytes_ = 0;  ///< of the messages for readers
  bool stopping_ = false;
};

}  // namespace amibroker::bus
