// SPDX-License-Identifier: Apache-2.0
//
// What was written after `zmq-ami-brokerctl`, and what it asks of the daemon.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/ctl/client.hpp"

namespace amibroker::ctl {

inline constexpr const char* default_socket = "/run/zmq-ami-broker/control.sock";

/// The words of the command line, before anybody knows which commands there are.
struct Line {
  std::string socket = default_socket;
  std::chrono::milliseconds patience{20'000};  ///< `doctor` takes up to 15 s
  bool json = false;
  bool help = false;  ///< --help, or the word help before a command
  bool version = false;
  /// The command and what follows it, without the tool's own options. From `values` on, nothing is an option.
  std::vector<std::string> words;
  std::size_t values = 0;
};

/// Wrong use: one line for the user.
struct WrongUse {
  std::string text;
};

[[nodiscard]] std::variant<Line, WrongUse> parse_line(const std::vector<std::string>& arguments);

/// The command of the daemon that the words begin with, as `GET /v1` describes it, and how many of them name it.
/// `plugin enable` is the command `plugin-enable`, if there is one.
struct Named {
  const Json* command = nullptr;
  std::size_t words = 0;
};
[[nodiscard]] std::variant<Named, WrongUse> command_of(const Line& line, const Json& commands);

/// How a command is written: `plugin enable` for plugin-enable.
[[nodiscard]] std::string spelled(const Json& command, const Json& commands);
/// Its arguments as they are written after it, fit for a line of help: `NAME [--for FOR]`.
[[nodiscard]] std::string usage_of(const Json& command);

/// The command with its arguments: words go to the required ones in their order, then to the others; `--name value`,
/// `--name=value` and, for a flag, `--name` go to that one. WrongUse if that does not fit; the daemon checks the
/// values.
struct Question {
  std::string command;  ///< as the daemon calls it
  bool changes = false;
  std::string target{};
  Json arguments = Json::object();
};
[[nodiscard]] std::variant<Question, WrongUse> question_of(const Line& line, const Json& commands);

}  // namespace amibroker::ctl
