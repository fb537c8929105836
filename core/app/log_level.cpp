// SPDX-License-Identifier: Apache-2.0
#include "core/app/log_level.hpp"

#include <spdlog/spdlog.h>

#include <string>
#include <utility>

#include "core/app/config_values.hpp"
#include "core/app/report.hpp"

namespace amibroker::app {
namespace {

std::string_view word_of(Level level) { return level_words[static_cast<std::size_t>(level)]; }

}  // namespace

void LogLevel::configure(Level level) {
  configured_ = level;
  set_(in_force());
}

void LogLevel::lend(Level level, std::chrono::seconds length) {
  loop_.cancel(timer_);
  lent_ = level;
  until_ = loop_.now() + length;
  timer_ = loop_.after(length, [this] { take_back(); });
  say("the log level is " + std::string(word_of(level)) + " for " + length_text(length) +
          ", as the command log-level asked",
      level);
}

void LogLevel::take_back() {
  loop_.cancel(std::exchange(timer_, 0));
  if (!std::exchange(lent_, std::nullopt)) return;
  say("the log level is " + std::string(word_of(configured_)) + " again, as configured", configured_);
}

std::optional<std::chrono::steady_clock::time_point> LogLevel::until() const noexcept {
  if (!lent_) return std::nullopt;
  return until_;
}

/// The change is shown whatever the two levels are: who asks for `error` looks for this line.
void LogLevel::say(const std::string& line, Level now) {
  set_(Level::info);
  spdlog::info("{}", line);
  set_(now);
}

}  // namespace amibroker::app
