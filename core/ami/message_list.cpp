// SPDX-License-Identifier: Apache-2.0
#include "core/ami/message_list.hpp"

#include <cstring>
#include <memory>

namespace amibroker::ami {

bool MessageList::add(const Message& message) {
  const std::span<const Field> added(message.begin(), message.end());
  const std::span<const Field> before = messages_.empty()
                                            ? std::span<const Field>()
                                            : std::span<const Field>(messages_.back().begin(), messages_.back().end());
  const auto name_is_kept = [&](std::size_t i) { return i < before.size() && before[i].name == added[i].name; };
  std::size_t text = 0;
  for (std::size_t i = 0; i < added.size(); ++i)
    text += added[i].value.size() + (name_is_kept(i) ? 0 : added[i].name.size());
  if (messages_.size() >= limits_.items) return refuse(limits_.items, "items");
  if (added.size() > limits_.fields - fields_) return refuse(limits_.fields, "headers");
  if (text > limits_.bytes - bytes_) return refuse(limits_.bytes, "bytes");

  auto* const fields = static_cast<Field*>(memory_.allocate(added.size() * sizeof(Field), alignof(Field)));
  for (std::size_t i = 0; i < added.size(); ++i)
    std::construct_at(fields + i, Field{name_is_kept(i) ? before[i].name : copy(added[i].name), copy(added[i].value)});
  messages_.emplace_back(std::span<const Field>(fields, added.size()));
  fields_ += added.size();
  bytes_ += text;
  return true;
}

bool MessageList::refuse(std::size_t limit, std::string_view unit) {
  flaw_ = "it has more than " + std::to_string(limit) + " ";
  flaw_ += unit;
  return false;
}

std::string_view MessageList::copy(std::string_view text) {
  if (text.empty()) return {};
  auto* const place = static_cast<char*>(memory_.allocate(text.size(), 1));
  std::memcpy(place, text.data(), text.size());
  return {place, text.size()};
}

void MessageList::clear() noexcept {
  std::vector<Message>().swap(messages_);
  memory_.release();
  fields_ = bytes_ = 0;
}

}  // namespace amibroker::ami
