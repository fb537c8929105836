// SPDX-License-Identifier: Apache-2.0
#include "core/doctor/reply.hpp"

#include <string_view>

#include "core/base/printable.hpp"

namespace amibroker::doctor {
namespace {

constexpr std::size_t longest_message = 120;

bool says_no_such_action(std::string_view text) {
  return text.starts_with("Invalid/unknown command") || text.find("no such action") != std::string_view::npos ||
         text == "Internal error.";
}

}  // namespace

Reply read_reply(std::span<const Message> messages) {
  if (messages.empty()) return {};
  if (same_name(messages.front()["Response"], "Success")) return {Reply::Kind::success};
  std::string_view text;
  for (const Message& message : messages)  // the original module puts it into a message of its own
    if (text.empty()) text = message["Message"];
  const auto kind = text == "Permission denied" ? Reply::Kind::denied
                    : says_no_such_action(text) ? Reply::Kind::no_such
                                                : Reply::Kind::refused;
  return {kind, base::printable(text, longest_message)};
}

}  // namespace amibroker::doctor
