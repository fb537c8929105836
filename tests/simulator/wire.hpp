// SPDX-License-Identifier: Apache-2.0
//
// How the two modules put AMI messages into JSON: the public res_zmq_manager of 2023, and ours (asterisk/). Pure
// functions, any thread. The JSON library is another than the broker's on purpose: the simulator is a witness of the
// broker's codec.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace amibroker::sim {

/// Whose res_zmq_manager a server has loaded.
enum class Module : std::uint8_t { original, ours };

/// The headers of an AMI message in order, names repeated or not. Values may hold any byte but CR and LF.
using Fields = std::vector<std::pair<std::string, std::string>>;

/// The first value of that header, its name in any case; empty if there is none.
[[nodiscard]] std::string_view value_of(const Fields& fields, std::string_view name) noexcept;

/// The numbers that our module gives an event: among all, among those of its name (0: it has no such number), and that
/// of the event of its name before it, among all.
struct EventNumbers {
  std::uint64_t sequence = 0;
  std::uint64_t name_sequence = 0;
  std::uint64_t name_previous = 0;
};

/// One event as one frame.
/// Original: a repeated name keeps its first place and its last value, a value that is not UTF-8 vanishes, blanks at
/// both ends of a value are gone. Ours: a repeated name is an array, what is not UTF-8 is replaced by U+FFFD, and
/// the numbers are the last keys.
[[nodiscard]] std::string event_frame(Module module, const Fields& event, const EventNumbers& numbers);

/// The event that the module publishes two seconds after it was loaded.
[[nodiscard]] std::string load_zmq_frame(Module module, const EventNumbers& numbers);

/// The messages of one reply as one frame: an array of objects.
[[nodiscard]] std::string reply_frame(Module module, const std::vector<Fields>& messages);

/// An action that arrived, `Action` first.
struct ParsedAction {
  Fields fields;
  std::string error;      ///< not empty: why it is not one
  std::string action_id;  ///< known in some cases of an error too
};

/// Reads an action. Original: the key `Action` is case-sensitive, a value that is not a string becomes `(null)`, and
/// 10,239 bytes are the limit of the whole. Ours: an array of strings is a repeated header, and control bytes are
/// refused.
[[nodiscard]] ParsedAction parse_action(Module module, std::string_view frame);

/// The reply to what could not be carried out. Original: always the same two objects without ActionID.
[[nodiscard]] std::string refusal_frame(Module module, std::string_view action_id, std::string_view message);

}  // namespace amibroker::sim
