// SPDX-License-Identifier: Apache-2.0
#include "core/host/plugin_commands.hpp"

#include <algorithm>
#include <exception>

#include "core/base/printable.hpp"

namespace amibroker::host {
namespace {

constexpr std::size_t longest_reason = 500;

bool is_name(std::string_view name) noexcept {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return !name.empty() && name.size() <= PluginCommands::longest_name && std::all_of(name.begin(), name.end(), fits);
}

}  // namespace

void PluginCommands::add(std::string_view name, Run run) noexcept {
  if (!around_.may_add()) return;
  if (!is_name(name)) return around_.complain("a command's name is 1 to 40 of a-z, 0-9 and -");
  try {
    const auto found = commands_.find(name);
    if (found == commands_.end() && commands_.size() >= most)
      return around_.complain("it answers 100 commands already, which is the most");
    auto kept = std::make_shared<const Run>(std::move(run));
    if (found != commands_.end()) found->second = std::move(kept);
    else commands_.emplace(name, std::move(kept));
  } catch (const std::exception& error) {
    around_.complain(error.what());
  }
}

PluginAnswer PluginCommands::ask(std::string_view name, std::span<const Field> arguments) const {
  const auto found = commands_.find(name);
  if (found == commands_.end()) return {};
  const auto run = found->second;  // the call may put another one in its place
  Call call{arguments, {}, {}};
  if (!around_.guarded([&] { (*run)(call); }))
    return {PluginAnswer::Kind::failure, "the plugin failed in the middle; the log says more"};
  if (!call.error.empty()) return {PluginAnswer::Kind::failure, base::printable(call.error, longest_reason)};
  if (call.json.size() > longest_answer)
    return {PluginAnswer::Kind::failure, "the plugin's answer is longer than 4 MiB; report it to the plugin's author"};
  if (call.json.empty()) return {PluginAnswer::Kind::failure, "the plugin's answer is empty"};
  return {PluginAnswer::Kind::json, std::move(call.json)};
}

}  // namespace amibroker::host
