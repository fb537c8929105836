// SPDX-License-Identifier: Apache-2.0
//
// The messages of a list, kept while the rest of it is on its way.
#pragma once

#include <cstddef>
#include <memory_resource>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "amibroker/message.hpp"

namespace amibroker::ami {

/// How much a list may hold. Asterisk's own largest lists have an item for each device: about 100 bytes and 6 headers.
struct ListLimits {
  std::size_t items = 250'000;
  std::size_t fields = 2'000'000;
  std::size_t bytes = std::size_t{64} << 20;  ///< of names and values together
};

/// Copies messages one by one, as they come, so that nothing big is left to do at the end of a list. What it holds does
/// not move while it grows. It takes about 32 bytes a header and 16 a message besides their text. One thread.
class MessageList {
 public:
  explicit MessageList(const ListLimits& limits = {}) : limits_(limits) {}
  MessageList(const MessageList&) = delete;
  MessageList& operator=(const MessageList&) = delete;

  /// False if the message does not fit in any more; then nothing was added, and `flaw` says which limit it is above.
  [[nodiscard]] bool add(const Message& message);

  /// All messages, in order; valid until the next `add` or `clear`. What they view is valid until `clear`.
  [[nodiscard]] std::span<const Message> messages() const noexcept { return messages_; }
  [[nodiscard]] std::size_t fields() const noexcept { return fields_; }
  /// Bytes of text that it keeps. A header's name is kept once if the message before has it in the same place.
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  /// Why the last `add` that returned false did so: "it has more than 250000 items".
  [[nodiscard]] const std::string& flaw() const noexcept { return flaw_; }

  /// Forgets all messages, and gives the memory back.
  void clear() noexcept;

 private:
  [[nodiscard]] bool refuse(std::size_t limit, std::string_view unit);
  [[nodiscard]] std::string_view copy(std::string_view text);

  ListLimits limits_;
  std::pmr::monotonic_buffer_resource memory_;
  std::vector<Message> messages_;
  std::size_t fields_ = 0;
  std::size_t bytes_ = 0;
  std::string flaw_;
};

}  // namespace amibroker::ami
