// SPDX-License-Identifier: Apache-2.0
#include "core/control/command.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "core/base/nearest.hpp"
#include "core/base/printable.hpp"
#include "core/base/values.hpp"

namespace amibroker::control {
namespace {

constexpr std::size_t longest_text = 200;
constexpr std::size_t longest_shown = 60;
constexpr std::uint64_t greatest_number = 1'000'000'000'000'000;

using Value = Arguments::Value;

Failure wrong(std::string text) { return {400, "bad_argument", std::move(text)}; }

std::string_view type_name(ArgumentSpec::Type type) {
  switch (type) {
    case ArgumentSpec::Type::number: return "number";
    case ArgumentSpec::Type::flag: return "flag";
    case ArgumentSpec::Type::text: break;
  }
  return "text";
}

std::optional<Value> read_text(const Json& given) {
  if (!given.is_string()) return std::nullopt;
  const auto& text = given.get_ref<const std::string&>();
  if (text.empty() || text.size() > longest_text || base::has_control(text)) return std::nullopt;
  return text;
}

std::optional<Value> read_number(const Json& given) {
  std::optional<std::int64_t> number;
  if (given.is_number_integer()) number = given.get<std::int64_t>();
  else if (given.is_string()) number = base::parse_number(given.get_ref<const std::string&>());
  if (!number || *number < 0 || static_cast<std::uint64_t>(*number) > greatest_number) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

std::optional<Value> read_flag(const Json& given) {
  if (given.is_boolean()) return given.get<bool>();
  if (given == "true" || given == "") return true;  // of a query: `?json` is as good as `?json=true`
  if (given == "false") return false;
  return std::nullopt;
}

std::optional<Value> read(const ArgumentSpec& spec, const Json& given) {
  switch (spec.type) {
    case ArgumentSpec::Type::number: return read_number(given);
    case ArgumentSpec::Type::flag: return read_flag(given);
    case ArgumentSpec::Type::text: break;
  }
  return read_text(given);
}

std::string_view rule_of(ArgumentSpec::Type type) {
  switch (type) {
    case ArgumentSpec::Type::number: return "a whole number of at most 1e15";
    case ArgumentSpec::Type::flag: return "true or false";
    case ArgumentSpec::Type::text: break;
  }
  return "a text of 1 to 200 bytes without control characters";
}

std::string named(std::string_view name) { return '"' + base::printable(name, longest_shown) + '"'; }

}  // namespace

std::string Arguments::for_log() const {
  std::string text;
  for (const auto& [name, value] : values_) {
    text += (text.empty() ? "" : " ") + name + '=';
    if (const auto* const words = std::get_if<std::string>(&value)) text += base::printable(*words, longest_text);
    else if (const auto* const number = std::get_if<std::uint64_t>(&value)) text += std::to_string(*number);
    else text += std::get<bool>(value) ? "true" : "false";
  }
  return text;
}

std::variant<Arguments, Failure> check_arguments(const Command& command, const Json& given) {
  if (!given.is_object()) return wrong("the arguments must be a JSON object");
  std::map<std::string, Value, std::less<>> values;
  for (const auto& [name, value] : given.items()) {
    const auto spec = std::find_if(command.arguments.begin(), command.arguments.end(),
                                   [&name = name](const ArgumentSpec& one) { return one.name == name; });
    if (spec == command.arguments.end()) {
      std::vector<std::string_view> known;
      for (const ArgumentSpec& one : command.arguments) known.push_back(one.name);
      return wrong(std::string(command.name) + " has no argument " + named(name) + base::did_you_mean(name, known));
    }
    auto read_value = read(*spec, value);
    if (!read_value) return wrong("argument " + named(name) + " must be " + std::string(rule_of(spec->type)));
    values.emplace(name, *std::move(read_value));
  }
  for (const ArgumentSpec& spec : command.arguments)
    if (spec.required && !values.contains(spec.name))
      return wrong(std::string(command.name) + " needs the argument " + named(spec.name) + ": " +
                   std::string(spec.help));
  return Arguments(std::move(values));
}

void Commands::add(Command command) {
  const std::string_view name = command.name;
  if (!commands_.emplace(name, std::move(command)).second)
    throw std::logic_error("two commands are called " + std::string(name));
}

const Command* Commands::find(std::string_view name) const noexcept {
  const auto found = commands_.find(name);
  return found == commands_.end() ? nullptr : &found->second;
}

Failure Commands::unknown(std::string_view name) const {
  std::vector<std::string_view> known;
  for (const auto& [one, command] : commands_) known.push_back(one);
  return {404, "unknown_command", "there is no command " + named(name) + base::did_you_mean(name, known)};
}

Json Commands::describe() const {
  Json list = Json::array();
  for (const auto& [name, command] : commands_) {
    Json arguments = Json::array();
    for (const ArgumentSpec& spec : command.arguments)
      arguments.push_back(
          {{"name", spec.name}, {"type", type_name(spec.type)}, {"required", spec.required}, {"help", spec.help}});
    list.push_back({{"name", name},
                    {"level", command.level == Level::look ? "look" : "change"},
                    {"help", command.help},
                    {"arguments", std::move(arguments)}});
  }
  return {{"commands", std::move(list)}};
}

}  // namespace amibroker::control
