// SPDX-License-Identifier: Apache-2.0
#include "core/link/server_log.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "core/base/printable.hpp"

namespace amibroker::link {
namespace {

constexpr std::size_t longest_name = 80;
constexpr std::size_t longest_reason = 400;
constexpr std::size_t longest_traffic = 4000;
// Enough for all lines of a server that is restarted two or three times; a server that comes and goes all the time has
// a line now and then.
constexpr int changes_a_minute = 10;

}  // namespace

ServerLog::ServerLog(const ServerConfig& config) { rename(config); }

void ServerLog::rename(const ServerConfig& config) {
  label_ = "server '" + base::printable(config.name, longest_name) + "' [" +
           base::printable(config.section, longest_name) + "]";
  place_ = config.addr + " " + config.access->place();
  advice_ = config.access->advice();
}

/// Whether one more line that it is up or down may be written. How many were held back is said before the first line of
/// the next minute.
bool ServerLog::allow_change(Time now) {
  if (now - minute_begin_ >= std::chrono::minutes(1)) {
    minute_begin_ = now;
    lines_this_minute_ = 0;
    if (const auto held_back = std::exchange(changes_held_back_, 0); held_back > 0)
      spdlog::warn("{} comes and goes: {} more lines that it is up or down were left out", label_, held_back);
  }
  if (++lines_this_minute_ <= changes_a_minute) return true;
  ++changes_held_back_;
  return false;
}

void ServerLog::up(Time now) {
  said_ = Said::nothing;
  if (allow_change(now)) spdlog::info("{} is up", label_);
}

void ServerLog::lost(const Loss& loss, bool was_up, const ServerTimings& timings, Time now) {
  const Said news = loss.kind == Loss::Kind::refusal ? Said::refusal
                    : loss.remedy.empty()            ? Said::reason
                                                     : Said::remedy;
  if (loss.kind == Loss::Kind::own_choice) {
    if (allow_change(now)) spdlog::info("{} is connected again: {}", label_, loss.why);
    return;
  }
  if (!was_up && news <= said_) return;
  said_ = news;
  if (!allow_change(now)) return;
  const std::string why = base::printable(loss.why, longest_reason);
  const std::string& remedy = loss.remedy.empty() ? advice_ : loss.remedy;
  if (loss.kind == Loss::Kind::refusal)
    spdlog::error("{} cannot be used: {} ({}); trying again in {} to {} s{}{}", label_, why, place_,
                  timings.first_login_retry.count() / 2000, timings.last_login_retry.count() / 1000,
                  loss.remedy.empty() ? "" : ". ", loss.remedy);
  else
    spdlog::warn("{} is down: {} ({}); trying again at least every {} s. {}", label_, why, place_,
                 timings.last_retry.count() / 1000, remedy);
}

void ServerLog::bad(std::string_view what, std::string_view why, Time now) {
  const auto held_back = bad_limit_.allow(now);
  if (!held_back) return;
  spdlog::warn(
      "{} sent {} that was dropped: {}; {} more such messages since the last line. If it goes on, check what "
      "answers there, and which version it has (ami_trace = yes shows every message)",
      label_, what, base::printable(why, longest_reason), *held_back);
}

void ServerLog::events_lost(std::uint64_t count, Time now) {
  const auto held_back = loss_limit_.allow(now);
  if (!held_back) return;
  spdlog::warn(
      "{}: {} lost between its module and the broker, so what is known of its states may be old; the plugins "
      "ask for them again ({} more losses since the last line). If it goes on, look at the "
      "network, at the load of both machines, and at 'zmq manager show status' there",
      label_,
      count == 0 ? "its events are numbered from the start again, and an unknown number was"
                 : "at least " + std::to_string(count) + " of its events were",
      *held_back);
}

void ServerLog::notice(std::string_view text) {
  if (text == last_notice_) return;
  last_notice_ = text;
  spdlog::info("{} {}", label_, base::printable(text, longest_reason));
}

void ServerLog::traffic(std::string_view direction, std::string_view text) const {
  spdlog::info("{} {} {}", label_, direction, base::printable(text, longest_traffic));
}

}  // namespace amibroker::link
