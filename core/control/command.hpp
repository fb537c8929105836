// SPDX-License-Identifier: Apache-2.0
//
// What an administrator may ask of the running daemon: commands by name, each with typed arguments and one JSON answer.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace amibroker::control {

using Json = nlohmann::json;

/// Whether a command only tells, or changes something.
enum class Level : std::uint8_t { look, change };

/// One argument of a command, as a client may give it.
struct ArgumentSpec {
  enum class Type : std::uint8_t {
    text,    ///< 1 to 200 bytes without control characters
    number,  ///< 0 to 1e15, whole
    flag,    ///< true or false
  };
  std::string_view name;
  Type type = Type::text;
  bool required = false;
  std::string_view help;  ///< one line
};

/// What a client gave, checked against the command's table.
class Arguments {
 public:
  using Value = std::variant<std::string, std::uint64_t, bool>;

  explicit Arguments(std::map<std::string, Value, std::less<>> values) : values_(std::move(values)) {}

  /// Nothing if the client left it out. The type is that of the table; asking for another one is a mistake of the
  /// command and throws std::bad_variant_access.
  [[nodiscard]] std::optional<std::string> text(std::string_view name) const { return get<std::string>(name); }
  [[nodiscard]] std::optional<std::uint64_t> number(std::string_view name) const { return get<std::uint64_t>(name); }
  /// False if the client left it out.
  [[nodiscard]] bool flag(std::string_view name) const { return get<bool>(name).value_or(false); }
  /// `name=value name=value`, fit for the log.
  [[nodiscard]] std::string for_log() const;

 private:
  template <typename T>
  [[nodiscard]] std::optional<T> get(std::string_view name) const {
    const auto found = values_.find(name);
    if (found == values_.end()) return std::nullopt;
    return std::get<T>(found->second);
  }

  std::map<std::string, Value, std::less<>> values_;
};

/// Why there is no answer, for a program (`code`, a word) and for a person (`text`: what, and what to do).
struct Failure {
  int status = 400;  ///< of HTTP
  std::string code;
  std::string text;
};

/// An answer that is not JSON. The loop collects, and the thread of the control socket writes.
struct Text {
  int status = 200;                    ///< of HTTP
  std::string_view type;               ///< media type; lives as long as the program
  std::function<std::string()> write;  ///< thread of the control socket, once; owns what it uses
};

using Answer = std::variant<Json, Failure, Text>;
/// Takes the answer, once, on the loop's thread, during the call of the command or later. One that is dropped without a
/// call tells the client that nobody answered.
using Done = std::function<void(Answer answer)>;

/// A command. `name` and the texts live as long as the program.
struct Command {
  std::string_view name;  ///< small letters, digits and `-`
  Level level = Level::look;
  std::string_view help;  ///< one line
  std::vector<ArgumentSpec> arguments;
  /// Loop's thread. Short: the loop waits for it. May throw; the client is told that the command failed.
  std::function<void(const Arguments& arguments, Done done)> run;
};

/// Checks what a client gave. `given`: a JSON object; the texts of a query are read as the type that the table says.
[[nodiscard]] std::variant<Arguments, Failure> check_arguments(const Command& command, const Json& given);

/// The commands of the daemon. Filled before the control socket opens, and not changed after that; read on any thread.
class Commands {
 public:
  /// Throws std::logic_error if there is one of this name.
  void add(Command command);
  /// Null if there is none.
  [[nodiscard]] const Command* find(std::string_view name) const noexcept;
  /// The failure for a name that is not there, with the nearest one.
  [[nodiscard]] Failure unknown(std::string_view name) const;
  /// All of them with their arguments, for a client: `{"commands": [...]}`, in the order of the names.
  [[nodiscard]] Json describe() const;

 private:
  std::map<std::string_view, Command> commands_;
};

}  // namespace amibroker::control
