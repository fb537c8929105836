// SPDX-License-Identifier: Apache-2.0
#include "core/app/config_check.hpp"

#include <exception>
#include <string>
#include <system_error>
#include <utility>

namespace amibroker::app {
namespace {

CheckedConfig unreadable(const std::exception& error) {
  CheckedConfig failed;
  failed.loaded.errors.push_back({0, std::string("cannot be read: ") + error.what()});
  return failed;
}

CheckedConfig read_or_fail(const ConfigCheck::Read& read) {
  try {
    return read();
  } catch (const std::exception& error) {
    return unreadable(error);
  }
}

}  // namespace

void ConfigCheck::ask(Heard heard) {
  hears_next_.push_back(std::move(heard));
  if (!reading_) begin();
}

void ConfigCheck::begin() {
  reading_ = true;
  hears_ = std::exchange(hears_next_, {});
  try {
    background_.run<CheckedConfig>([read = read_] { return read_or_fail(read); },
                                   [this](const CheckedConfig& checked) { finish(checked); });
  } catch (const std::system_error& error) {
    finish(unreadable(error));
  }
}

void ConfigCheck::finish(const CheckedConfig& checked) {
  reading_ = false;
  for (const Heard& heard : std::exchange(hears_, {})) heard(checked);
  if (!hears_next_.empty() && !reading_) begin();
}

}  // namespace amibroker::app
