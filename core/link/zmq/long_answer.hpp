// SPDX-License-Identifier: Apache-2.0
//
// An answer that is too long to be read at once: a list of many thousand items.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "core/ami/json_decoder.hpp"
#include "core/ami/message_list.hpp"

namespace amibroker::link::zeromq {

/// Reads an array of flat objects a slice at a time, so that the loop runs between the slices. Holds a copy of the
/// text; all its memory goes with it. One thread.
class LongAnswer {
 public:
  enum class State { more, done, failed };

  explicit LongAnswer(std::string_view json) : json_(json) {}

  /// Reads on, for a millisecond or so.
  [[nodiscard]] State step();

  /// All messages, once it is done: at least one. Valid as long as this object.
  [[nodiscard]] std::span<const Message> messages() const noexcept { return list_.messages(); }
  /// Why it failed.
  [[nodiscard]] const std::string& error() const noexcept { return error_; }

 private:
  [[nodiscard]] bool begin();
  bool fail(std::string_view why);
  void skip_blanks() noexcept;
  [[nodiscard]] std::string_view next_object() noexcept;
  [[nodiscard]] bool take_object();

  std::string json_;
  std::size_t at_ = 0;
  bool begun_ = false;
  ami::JsonDecoder decoder_;
  ami::MessageList list_;
  std::string error_;
};

}  // namespace amibroker::link::zeromq
