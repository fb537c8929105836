// SPDX-License-Identifier: Apache-2.0
//
// Reads the few fields of an action that the fake servers care about, and answers it. Nothing is parsed: the peer has
// to cost less than what it measures.
#pragma once

#include <string>
#include <string_view>

namespace amibroker::bench {

/// The text of the string value of `key` in a flat JSON object; empty if it is not there.
std::string_view find_value(std::string_view json, std::string_view key);

struct Action {
  std::string_view name;
  std::string_view id;
  std::string_view variable;
  std::string_view value;

  static Action read(std::string_view json);
};

/// Appends the reply that Asterisk gives to an action other than a list.
void append_reply(std::string& out, const Action& action, std::string_view system_name);

/// The event that an action UserEvent asks for, with the one header of its own that the daemon sends.
std::string user_event(const Action& action, std::string_view json, std::string_view system_name);

/// Appends the whole reply to a list action: `items` are JSON objects, joined by commas.
void append_list_reply(std::string& out, const Action& action, std::string_view items, std::size_t count);

}  // namespace amibroker::bench
