// SPDX-License-Identifier: Apache-2.0
#include "plugins/bus/reply_text.hpp"

#include "amibroker/json.hpp"

namespace amibroker::bus {
namespace {

constexpr std::size_t longest_text = 8 * 1024;

/// A text that would be longer is left out; what is written here is always JSON.
void append_text(std::string& out, std::string_view key, std::string_view text) {
  out.append(1, '"').append(key).append("\":");
  if (!append_json(out, text, longest_text)) out += "\"\"";
}

}  // namespace

std::string reply_text(std::string_view server, std::string_view action_id, const Reply& reply) {
  std::string out = "{";
  append_text(out, "server", server);
  append_text(out += ',', "ActionID", action_id);
  append_text(out += ',', "outcome", to_string(reply.outcome));
  append_text(out += ',', "text", reply.text);
  out += ",\"messages\":[";
  const std::size_t begin = out.size();
  bool complete = true;
  for (const Message& message : reply.messages) {
    const std::size_t before = out.size();
    if (before != begin) out += ',';
    const std::size_t used = out.size() - begin;
    complete = used < longest_messages && append_json(out, message, longest_messages - used);
    if (complete) continue;
    out.resize(before);
    break;
  }
  return out += complete ? "],\"complete\":true}" : "],\"complete\":false}";
}

std::string refusal_text(std::string_view server, std::string_view action_id, Outcome outcome, std::string_view why) {
  return reply_text(server, action_id, Reply{outcome, why, {}});
}

}  // namespace amibroker::bus
