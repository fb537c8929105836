// SPDX-License-Identifier: Apache-2.0
#include "core/ami/text_framer.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "amibroker/message.hpp"
#include "core/ami/command_reply.hpp"
#include "core/ami/text_block.hpp"

namespace amibroker::ami {
namespace {

constexpr std::size_t least_capacity = 4096;
/// What is kept for the next messages after a larger one: otherwise each connection would keep 16 MiB for good. Twice
/// what a connection asks room for, so that small messages never need another buffer.
constexpr std::size_t kept_capacity = std::size_t{128} << 10;
/// What is kept of a message that is skipped, to know its end: an empty line, and in the old form of a Command reply
/// the mark before it.
constexpr std::size_t kept_of_skipped = 32;

bool is_event(std::string_view text) noexcept {
  constexpr std::string_view name = "Event:";
  return text.starts_with(name) || same_name(text.substr(0, name.size()), name);
}

}  // namespace

std::span<char> TextFramer::room(std::size_t least) {
  if (begin_ == end_) begin_ = end_ = 0;
  const std::size_t needed = end_ - begin_ + least;
  if (capacity_ > kept_capacity && needed <= kept_capacity) {
    reallocate(kept_capacity);
  } else if (needed > capacity_) {
    reallocate(std::max({needed, capacity_ * 2, least_capacity}));
  } else if (capacity_ - end_ < least) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  return {buffer_.get() + end_, capacity_ - end_};
}

void TextFramer::reallocate(std::size_t capacity) {
  auto buffer = std::make_unique<char[]>(capacity);
  const std::string_view content = held();
  if (!content.empty()) std::memcpy(buffer.get(), content.data(), content.size());
  buffer_ = std::move(buffer);
  capacity_ = capacity;
  begin_ = 0;
  end_ = content.size();
}

TextFramer::Piece TextFramer::next() noexcept {
  if (state_ == State::skipping && !skip_message()) return {};
  if (state_ == State::message) return next_message();
  if (state_ == State::banner) return next_banner();
  begin_ = end_;
  return {};
}

void TextFramer::restart() noexcept {
  begin_ = end_ = 0;
  take(0);
  state_ = State::banner;
}

/// Forgets what has been looked at; a message begins after it.
void TextFramer::take(std::size_t bytes) noexcept {
  begin_ += bytes;
  scanned_ = 0;
  line_begin_ = 0;
  lines_ = 0;
  long_line_ = false;
}

TextFramer::Piece TextFramer::next_banner() noexcept {
  std::string_view line = held();
  const std::size_t feed = line.find('\n', scanned_);
  scanned_ = line.size();
  if (feed == std::string_view::npos && scanned_ <= max_banner_bytes + 1) return {};
  line = line.substr(0, feed);
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.size() > max_banner_bytes) {
    state_ = State::not_ami;
    return {Kind::bad, {}, "its first line has more than 256 bytes"};
  }
  take(feed + 1);
  state_ = State::message;
  return {Kind::banner, line, {}};
}

TextFramer::Piece TextFramer::next_message() noexcept {
  while (true) {
    const bool found = find_empty_line();
    if (found && text_end_ == 0) {  // one more between two messages
      take(scanned_);
      continue;
    }
    const std::string_view text = held();
    const bool event = is_event(text);
    const std::string_view until = event ? std::string_view{} : end_of_raw_reply(text);
    const bool complete = found && (until.empty() || text.substr(0, scanned_).ends_with(until));
    if (const std::string_view why = flaw(event, complete); !why.empty()) {
      if (complete) {
        take(scanned_);
      } else {
        skip_until_ = until;
        state_ = State::skipping;
      }
      return {Kind::bad, {}, why};
    }
    if (complete) {
      const Piece piece{event ? Kind::event : Kind::reply, text.substr(0, text_end_), {}};
      take(scanned_);
      return piece;
    }
    if (!found) return {};
  }
}

/// Whether the end of the message that is skipped has come.
bool TextFramer::skip_message() noexcept {
  while (find_empty_line()) {
    if (!held().substr(0, scanned_).ends_with(skip_until_)) continue;
    take(scanned_);
    state_ = State::message;
    return true;
  }
  if (scanned_ > kept_of_skipped) {
    const std::size_t dropped = scanned_ - kept_of_skipped;
    begin_ += dropped;
    scanned_ -= dropped;
    line_begin_ = 0;
  }
  return false;
}

/// Looks at the bytes that were not looked at before. True: `scanned_` is one past the first empty line in them.
bool TextFramer::find_empty_line() noexcept {
  const std::string_view text = held();
  // The bytes before the next block; the message itself begins as if a line had ended before it.
  std::uint64_t feed_before = scanned_ == 0 || text[scanned_ - 1] == '\n';
  std::uint64_t return_before = scanned_ > 0 && text[scanned_ - 1] == '\r';
  std::uint64_t feed_two_before = scanned_ == 1 || (scanned_ > 1 && text[scanned_ - 2] == '\n');
  for (std::size_t at = scanned_; at < text.size(); at += block_bytes) {
    const TextBlock block(text, at);
    const std::uint64_t feeds = block.equal('\n');
    const std::uint64_t returns = block.equal('\r');
    const std::uint64_t behind_feed = feeds << 1 | feed_before;
    const std::uint64_t behind_feed_return = (returns << 1 | return_before) & (behind_feed << 1 | feed_two_before);
    const std::uint64_t empty_lines = feeds & (behind_feed | behind_feed_return);
    if (empty_lines != 0) {
      note_lines(at, feeds & (empty_lines ^ (empty_lines - 1)));
      scanned_ = at + lowest_bit(empty_lines) + 1;
      text_end_ = scanned_ - (scanned_ > 1 && text[scanned_ - 2] == '\r' ? 2 : 1);
      return true;
    }
    note_lines(at, feeds);
    feed_before = feeds >> (block_bytes - 1);
    return_before = returns >> (block_bytes - 1);
    feed_two_before = feeds >> (block_bytes - 2) & 1;
  }
  scanned_ = text.size();
  return false;
}

/// Counts lines that end in the block at `at`.
void TextFramer::note_lines(std::size_t at, std::uint64_t feeds) noexcept {
  if (feeds == 0) return;
  const std::size_t first = at + lowest_bit(feeds);
  if (first - line_begin_ > max_line_bytes) {
    const std::size_t line_end = held()[first - 1] == '\r' ? 1 : 0;
    long_line_ = long_line_ || first - line_begin_ - line_end > max_line_bytes;
  }
  line_begin_ = at + block_bytes - static_cast<std::size_t>(std::countl_zero(feeds));
  lines_ += count_bits(feeds);
}

/// Which limit the message is above, or nothing. One that is not complete is above only what it will be above in
/// any case: the last two bytes may be its empty line.
std::string_view TextFramer::flaw(bool event, bool complete) const noexcept {
  const std::size_t headers = complete ? lines_ - 1 : lines_;
  const std::size_t bytes = complete ? text_end_ : scanned_ - std::min<std::size_t>(scanned_, 2);
  const bool long_line = long_line_ || (!complete && scanned_ - line_begin_ > max_line_bytes + 1);
  if (long_line) return "it has a line of more than 64 KiB";
  if (event && headers > max_event_headers) return "it is an event of more than 1,000 headers";
  if (event && bytes > max_event_bytes) return "it is an event of more than 256 KiB";
  if (headers > max_reply_headers) return "it is a reply of more than 200,000 headers";
  if (bytes > max_reply_bytes) return "it is a reply of more than 16 MiB";
  return {};
}

}  // namespace amibroker::ami
