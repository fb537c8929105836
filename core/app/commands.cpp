// SPDX-License-Identifier: Apache-2.0
#include "core/app/commands.hpp"

#include <optional>
#include <string>

#include "core/app/config_values.hpp"
#include "core/base/printable.hpp"
#include "core/base/text.hpp"

namespace amibroker::app {
namespace {

constexpr std::size_t longest_shown = 80;

}  // namespace

void add_commands(control::Commands& commands, const Commanded& commanded) {
  add_daemon_commands(commands, commanded);
  add_server_commands(commands, commanded);
  add_plugin_commands(commands, commanded);
  add_lamp_commands(commands, commanded);
  add_hint_commands(commands, commanded);
  add_cluster_commands(commands, commanded);
}

std::variant<std::chrono::seconds, control::Failure> length_argument(const control::Arguments& arguments,
                                                                     std::chrono::seconds usual,
                                                                     std::chrono::seconds longest) {
  const auto given = arguments.text("for");
  if (!given) return usual;
  const auto length = parse_length(*given);
  if (length && *length >= std::chrono::seconds(1) && *length <= longest) return *length;
  return control::Failure{400, "bad_argument",
                          "for = " + base::in_quotes(base::printable(*given, longest_shown)) +
                              ": write seconds (90), or a number with s, m or h (10m), at most " +
                              std::to_string(std::chrono::duration_cast<std::chrono::hours>(longest).count()) + 'h'};
}

}  // namespace amibroker::app
