// SPDX-License-Identifier: Apache-2.0
#include "core/app/server_switch.hpp"

#include <spdlog/spdlog.h>

#include <exception>
#include <string>
#include <utility>

#include "core/base/printable.hpp"

namespace amibroker::app {
namespace {

constexpr std::size_t longest_name = 80;

LoadedServer load(const ServerSwitch::Read& read, const std::string& section) {
  try {
    return read(section);
  } catch (const std::exception& error) {
    LoadedServer failed;
    failed.errors.push_back({0, std::string("cannot be read: ") + error.what()});
    return failed;
  }
}

}  // namespace

void ServerSwitch::add(std::string_view section, Heard heard) {
  background_.run<LoadedServer>(
      [read = read_, name = std::string(section)] { return load(read, name); },
      [this, heard = std::move(heard)](LoadedServer loaded) { heard(take(std::move(loaded))); });
}

ServerSwitch::Outcome ServerSwitch::take(LoadedServer loaded) {
  using Result = Outcome::Result;
  if (!loaded.errors.empty()) return {Result::wrong, std::move(loaded.errors)};
  if (!loaded.is_there) return {Result::missing, {}, std::move(loaded.hint)};
  // Looked at only now: it may have come while the file was read.
  if (config_.has_server(loaded.server->section)) return {Result::there, {}, {}, loaded.is_listed};
  const std::string label = base::printable(loaded.server->section, longest_name);
  if (std::string fault = config_.add_server(*std::move(loaded.server), loaded.is_listed); !fault.empty())
    return {Result::wrong, {{0, std::move(fault)}}};
  spdlog::info("server [{}] is added by hand, until the next reload", label);
  return {Result::done, {}, {}, loaded.is_listed};
}

bool ServerSwitch::drop(std::string_view section) {
  if (!config_.drop_server(section)) return false;
  spdlog::info("server [{}] is dropped by hand, until the next reload", base::printable(section, longest_name));
  return true;
}

}  // namespace amibroker::app
