// SPDX-License-Identifier: Apache-2.0
//
// What the daemon and the helper process of an isolated plugin say to each other. A frame is a length of four bytes
// (of all that follows it), a kind of one byte, and a body: numbers in the machine's own order, texts with their length
// before them. Both ends are the same binary on the same machine, so there are no versions.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "amibroker/action.hpp"
#include "amibroker/message.hpp"
#include "amibroker/reply.hpp"

namespace amibroker::host::isolated {

enum class Kind : std::uint8_t {
  // To the helper. One of the first three is its first frame.
  begin,     ///< run a plugin: see BeginFrame
  check,     ///< check a plugin's configuration: see CheckFrame
  describe,  ///< describe a library: its path
  server_added,
  server_changed,
  server_retired,
  server_up,
  server_down,
  event,
  events_lost,
  reply,
  report,
  command,  ///< a question of an administrator: see CommandFrame
  ping,
  general,  ///< other values of [general]: see GeneralFrame
  save,
  stop,
  // To the daemon.
  started,
  failed,
  threw,  ///< the plugin threw too often, and is to be stopped: a text
  interest,
  request,
  answer,  ///< to `command`
  pong,
  counters,
  saved,
  checked,
  described,
};

/// A frame that no honest sender makes.
class BadFrame : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Appends one frame to a buffer. The frame is whole after `end`; without it, the destructor takes it back.
class FrameWriter {
 public:
  FrameWriter(std::string& buffer, Kind kind) : buffer_(buffer), begin_(buffer.size()) {
    number(std::uint32_t{0});
    number(kind);
  }
  ~FrameWriter() {
    if (!ended_) buffer_.resize(begin_);
  }
  FrameWriter(const FrameWriter&) = delete;
  FrameWriter& operator=(const FrameWriter&) = delete;

  template <typename Number>
  requires(std::is_arithmetic_v<Number> || std::is_enum_v<Number>) FrameWriter& number(Number value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    buffer_.append(bytes, sizeof value);
    return *this;
  }
  FrameWriter& text(std::string_view value) {
    number(static_cast<std::uint32_t>(value.size()));
    buffer_.append(value);
    return *this;
  }
  template <typename Range, typename Write>
  FrameWriter& list(const Range& items, Write&& write) {
    number(static_cast<std::uint32_t>(std::size(items)));
    for (const auto& item : items) write(item);
    return *this;
  }
  template <typename Range>
  FrameWriter& texts(const Range& items) {
    return list(items, [&](const auto& item) { text(item); });
  }
  FrameWriter& message(const Message& message) {
    number(static_cast<std::uint32_t>(message.size()));
    for (const Field& field : message) text(field.name).text(field.value);
    return *this;
  }
  FrameWriter& action(const Action& action) {
    text(action.name()).number(static_cast<std::uint32_t>(action.size()));
    for (std::size_t i = 0; i < action.size(); ++i) text(action[i].name).text(action[i].value);
    return *this;
  }
  /// Throws std::length_error for a frame of more than 4 GiB.
  void end() {
    const std::size_t size = buffer_.size() - begin_ - sizeof(std::uint32_t);
    if (size > UINT32_MAX) throw std::length_error("a frame of more than 4 GiB");
    const auto length = static_cast<std::uint32_t>(size);
    std::memcpy(buffer_.data() + begin_, &length, sizeof length);
    ended_ = true;
  }

 private:
  std::string& buffer_;
  std::size_t begin_;
  bool ended_ = false;
};

/// Reads the body of one frame, which must outlive it and all views that it gives. Throws BadFrame for whatever does
/// not fit; it never makes room for more than the frame holds.
class FrameReader {
 public:
  explicit FrameReader(std::string_view body) : rest_(body) {}

  template <typename Number>
  requires(std::is_arithmetic_v<Number>) [[nodiscard]] Number number() {
    Number value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  [[nodiscard]] bool boolean() { return number<std::uint8_t>() != 0; }
  [[nodiscard]] std::string_view text(std::size_t longest = UINT32_MAX) {
    const auto size = number<std::uint32_t>();
    if (size > longest) throw BadFrame("a text of " + std::to_string(size) + " bytes");
    return take(size);
  }
  /// How many items follow, of at least `least_size` bytes each.
  [[nodiscard]] std::size_t count(std::size_t least_size, std::size_t most = UINT32_MAX) {
    const auto items = number<std::uint32_t>();
    if (items > most || items > rest_.size() / least_size)
      throw BadFrame("a list of " + std::to_string(items) + " items");
    return items;
  }
  [[nodiscard]] std::vector<std::string> texts(std::size_t most = UINT32_MAX, std::size_t longest = UINT32_MAX) {
    std::vector<std::string> items(count(sizeof(std::uint32_t), most));
    for (auto& item : items) item = text(longest);
    return items;
  }
  /// Appends the headers of one message.
  void fields(std::vector<Field>& fields) {
    for (std::size_t left = count(2 * sizeof(std::uint32_t)); left > 0; --left) {
      const auto name = text();
      fields.push_back({name, text()});
    }
  }
  [[nodiscard]] Action action() {
    Action action(text());
    for (std::size_t left = count(2 * sizeof(std::uint32_t)); left > 0; --left) {
      const auto name = text();
      action.add(name, text());
    }
    return action;
  }
  /// Nothing may follow.
  void end() const {
    if (!rest_.empty()) throw BadFrame(std::to_string(rest_.size()) + " bytes more than belong there");
  }

 private:
  [[nodiscard]] std::string_view take(std::size_t size) {
    if (size > rest_.size()) throw BadFrame("the frame ends too early");
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_;
};

}  // namespace amibroker::host::isolated
