// SPDX-License-Identifier: Apache-2.0
#include "core/app/reload.hpp"

#include <spdlog/spdlog.h>

#include <exception>
#include <system_error>
#include <utility>

namespace amibroker::app {
namespace {

LoadedConfig unreadable(const std::exception& error) {
  LoadedConfig failed;
  failed.errors.push_back({0, std::string("cannot be read: ") + error.what()});
  return failed;
}

LoadedConfig read_or_fail(const Reload::Read& read) {
  try {
    return read();
  } catch (const std::exception& error) {
    return unreadable(error);
  }
}

}  // namespace

Reload::Reload(base::EventLoop& loop, const ServiceManager& service_manager, Read read, Take take,
               std::chrono::milliseconds patience)
    : loop_(loop),
      service_manager_(service_manager),
      read_(std::move(read)),
      take_(std::move(take)),
      patience_(patience),
      background_(loop) {}

Reload::~Reload() { loop_.cancel(patience_timer_); }

void Reload::ask(Heard heard) {
  if (heard) hears_next_.push_back(std::move(heard));
  if (!reading_) return begin();
  if (!std::exchange(once_more_, true))
    spdlog::info(
        "a reload is asked for while the configuration is still being read: it follows as soon as that is done");
}

void Reload::begin() {
  reading_ = true;
  hears_ = std::exchange(hears_next_, {});
  service_manager_.reloading();
  patience_timer_ = loop_.after(patience_, [this] { warn_of_silence(); });
  try {
    background_.run<LoadedConfig>([read = read_] { return read_or_fail(read); },
                                  [this](LoadedConfig loaded) { finish(std::move(loaded)); });
  } catch (const std::system_error& error) {
    finish(unreadable(error));
  }
}

void Reload::finish(LoadedConfig loaded) {
  loop_.cancel(std::exchange(patience_timer_, 0));
  const ConfigOutcome outcome = take_(std::move(loaded));
  service_manager_.reloaded(outcome.text);
  reading_ = false;
  for (const Heard& heard : std::exchange(hears_, {})) heard(outcome);
  if (std::exchange(once_more_, false)) begin();
}

void Reload::warn_of_silence() {
  patience_timer_ = 0;
  spdlog::warn(
      "the configuration is still being read after {} s: its disk may hang, or that of a file that it names, or a "
      "plugin "
      "that is to run in a process of its own takes long to load. Until then the one from before goes on",
      std::chrono::duration_cast<std::chrono::seconds>(patience_).count());
}

}  // namespace amibroker::app
