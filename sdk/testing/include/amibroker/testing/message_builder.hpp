// SPDX-License-Identifier: Apache-2.0
//
// Messages for tests. Since ABI 1.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "amibroker/message.hpp"

namespace amibroker::testing {

/// Builds a message and owns its text:
///
///     MessageBuilder event("DeviceStateChange");
///     event.add("Device", "PJSIP/100").add("State", "INUSE");
///     plugin.on_event(0, event.message());
class MessageBuilder {
 public:
  /// A message without headers.
  MessageBuilder() = default;
  /// An event of this name.
  explicit MessageBuilder(std::string_view event) { add("Event", event); }

  MessageBuilder(const MessageBuilder&) = delete;
  MessageBuilder& operator=(const MessageBuilder&) = delete;

  /// Appends a header; the same name may come several times.
  MessageBuilder& add(std::string_view name, std::string_view value) {
    const std::string& kept_name = texts_.emplace_back(name);
    const std::string& kept_value = texts_.emplace_back(value);
    fields_.push_back({kept_name, kept_value});
    return *this;
  }

  /// The message so far; valid until the builder is changed or destroyed.
  [[nodiscard]] Message message() const noexcept { return Message(fields_); }

 private:
  std::deque<std::string> texts_;  // a deque, because the fields hold views into its strings
  std::vector<Field> fields_;
};

}  // namespace amibroker::testing
