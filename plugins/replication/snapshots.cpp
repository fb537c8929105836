// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/snapshots.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "plugins/replication/rules.hpp"
#include "plugins/replication/write_log.hpp"

namespace amibroker::replication {
namespace {

using std::chrono::milliseconds;

milliseconds fence_wait(std::uint32_t lost_fences) {
  milliseconds wait = Snapshots::fence_timeout;
  for (; lost_fences > 0; --lost_fences) wait *= 3;
  return wait;
}

}  // namespace

Snapshots::Snapshots(Host& host, SnapshotReader& reader, const SnapshotConfig& config)
    : host_(host),
      same_asterisk_(extension<SameAsterisk>(host)),
      reader_(reader),
      resync_interval_(config.resync_interval),
      list_action_(config.list_action),
      list_(config.list_action),
      log_(host, config.list_action, config.module),
      fence_prefix_(std::string(config.plugin) + "-" + text_of(config.life) + "-"),
      readings_(host.servers().size()),
      taken_(host.counter("snapshots")),
      failed_(host.counter("failed_snapshots")) {
  if (config.list_headers != nullptr) config.list_headers(list_);
  host_.subscribe("UserEvent");
  for (const ServerInfo& server : host_.servers()) readings_[server.id].retired = server.retired;
  set_resync_timer();
}

/// One server at a time, evenly over the interval, so that they do not all answer at once.
void Snapshots::set_resync_timer() {
  host_.cancel(std::exchange(resync_timer_, 0));
  const auto present =
      std::count_if(readings_.begin(), readings_.end(), [](const Reading& reading) { return !reading.retired; });
  if (resync_interval_.count() == 0 || present == 0) return;
  resync_timer_ = host_.every(std::max(milliseconds(1), resync_interval_ / present), [this] { read_next(); });
}

void Snapshots::add_server() {
  readings_.emplace_back();
  log_.add_server();
  set_resync_timer();
}

void Snapshots::retire_server(ServerId server) {
  host_.cancel(readings_[server].timer);
  readings_[server] = Reading{};
  readings_[server].retired = true;
  set_resync_timer();
}

Snapshots::~Snapshots() {
  host_.cancel(resync_timer_);
  for (const Reading& reading : readings_) host_.cancel(reading.timer);
}

void Snapshots::server_up(ServerId server) {
  readings_[server].failures = 0;
  readings_[server].lost_fences = 0;
  log_.server_up(server);
  retry(server);
}

void Snapshots::server_down(ServerId server) {
  Reading& reading = readings_[server];
  reading.number = 0;
  reading.again.clear();
  host_.cancel(std::exchange(reading.timer, 0));
}

void Snapshots::soon(ServerId server, std::string_view reason) {
  Reading& reading = readings_[server];
  if (!keeps_rule(6) || !host_.is_up(server)) return;
  if (reading.number != 0) {
    reading.again = reason;
    return;
  }
  const milliseconds wait = reading.pace.wait(host_.now());
  if (reading.pace.is_slow()) log_.slowed_down(server, reason, ReadingPace::longest_pause);
  if (wait == milliseconds::zero()) return begin(server);
  if (reading.timer == 0 || reading.due > host_.now() + wait) set_timer(server, wait, &Snapshots::retry);
}

void Snapshots::retry(ServerId server) {
  if (keeps_rule(6) && host_.is_up(server)) begin(server);
}

void Snapshots::read_next() {
  const auto next = [&] {
    return std::exchange(next_resync_, static_cast<ServerId>((next_resync_ + 1) % readings_.size()));
  };
  ServerId server = next();
  while (readings_[server].retired) server = next();  // the timer runs only while there is one that is not
  if (readings_[server].number == 0) retry(server);
}

void Snapshots::begin(ServerId server) {
  Reading& reading = readings_[server];
  host_.cancel(std::exchange(reading.timer, 0));
  reading.number = ++last_number_;
  std::rotate(reading.fences.begin(), reading.fences.end() - 1, reading.fences.end());
  reading.fences.front() = {reading.number, host_.now()};
  reading.fenced = reading.listed = reading.fence_refused = reading.fence_accepted = false;
  reading.again.clear();
  reader_.list_asked(server);
  host_.request(server, list_, list_timeout,
                [this, server, number = reading.number](const Reply& reply) { answered(server, number, reply); });
  Action fence("UserEvent");
  fence.add("UserEvent", broker_event).add("Fence", fence_prefix_ + std::to_string(reading.number));
  reader_.sign(server, fence);
  host_.request(server, fence, list_timeout,
                [this, server, number = reading.number](const Reply& reply) { fence_answered(server, number, reply); });
}

void Snapshots::fence_answered(ServerId server, std::uint64_t number, const Reply& reply) {
  Reading& reading = readings_[server];
  if (reading.number != number) return;
  reading.fence_accepted = reply.ok();
  reading.fence_refused = reply.outcome == Outcome::error;
  if (reading.fence_refused) log_.fence_refused(server, reply.text);
}

void Snapshots::on_user_event(ServerId server, const Message& event) {
  if (event["UserEvent"] != broker_event) return;
  std::string_view fence = event["Fence"];
  if (!fence.starts_with(fence_prefix_)) return;  // of another plugin or broker
  fence.remove_prefix(fence_prefix_.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(fence.data(), fence.data() + fence.size(), number);
  if (error != std::errc() || end != fence.data() + fence.size() || number == 0) return;
  Reading& reading = readings_[server];
  if (const Fence* late = reading.number != number ? find_fence(reading, number) : nullptr)
    return see_late_fence(server, *late);
  if (reading.number != number) return see_foreign_fence(server, number);
  if (reading.fenced) return;
  reading.fenced = true;
  reading.fences_missing = false;
  finish_if_complete(server);
}

const Snapshots::Fence* Snapshots::find_fence(const Reading& reading, std::uint64_t number) noexcept {
  const auto found = std::find_if(reading.fences.begin(), reading.fences.end(),
                                  [&](const Fence& fence) { return fence.number == number; });
  return found == reading.fences.end() ? nullptr : &*found;
}

/// It says why the server's fences are missing.
void Snapshots::see_late_fence(ServerId server, const Fence& fence) {
  const auto lateness = std::chrono::ceil<milliseconds>(host_.now() - fence.asked);
  if (lateness > fence_timeout) readings_[server].lateness = lateness;
}

/// Who asked for a fence and who publishes it are the same Asterisk, whatever their sections say.
void Snapshots::see_foreign_fence(ServerId server, std::uint64_t number) {
  const auto asked = std::find_if(readings_.begin(), readings_.end(),
                                  [&](const Reading& reading) { return find_fence(reading, number) != nullptr; });
  if (same_asterisk_ == nullptr || asked == readings_.end() || asked == readings_.begin() + server) return;
  same_asterisk_->found(static_cast<ServerId>(asked - readings_.begin()), server,
                        "an event that the broker asked for on the one was published by the other");
}

void Snapshots::answered(ServerId server, std::uint64_t number, const Reply& reply) {
  Reading& reading = readings_[server];
  if (reading.number != number) return;  // of an attempt that was given up
  if (!host_.is_up(server)) return;      // its connection broke, which server_down will say
  if (!reply.ok()) return fail(server, std::string(list_action_) + ": " + std::string(reply.text.substr(0, 200)));
  reading.listed = true;
  reader_.list_came(server, reply.messages);
  finish_if_complete(server);
  if (reading.number == number)
    set_timer(server, fence_wait(reading.fences_missing ? fence_attempts - 1 : reading.lost_fences),
              &Snapshots::give_up_fence);
}

void Snapshots::finish_if_complete(ServerId server) {
  Reading& reading = readings_[server];
  if (!reading.fenced || !reading.listed) return;
  host_.cancel(std::exchange(reading.timer, 0));
  reading.number = 0;
  reading.failures = 0;
  reading.lost_fences = 0;
  reading.pace.ended(host_.now());
  log_.read(server, !reading.fence_refused && !reading.fences_missing);
  taken_.fetch_add(1, std::memory_order_relaxed);
  reader_.list_applies(server);
  if (const std::string reason = std::exchange(reading.again, {}); !reason.empty()) soon(server, reason);
}

void Snapshots::give_up_fence(ServerId server) {
  Reading& reading = readings_[server];
  const bool waited_enough =
      reading.fence_refused || reading.fences_missing || !(++reading.lost_fences < fence_attempts);
  if (!waited_enough) return begin(server);
  if (!keeps_rule(22) && !reading.fence_refused) return fail(server, "its events do not arrive");
  if (!reading.fence_refused) {
    reading.fences_missing = true;
    log_.fences_missing(server, reading.fence_accepted, reading.lateness);
  }
  reading.fenced = true;
  finish_if_complete(server);
}

void Snapshots::fail(ServerId server, std::string_view reason) {
  Reading& reading = readings_[server];
  reading.number = 0;
  reading.lost_fences = 0;
  failed_.fetch_add(1, std::memory_order_relaxed);
  reading.pace.ended(host_.now());
  log_.unreadable(server, reason);
  reader_.list_failed(server);
  const milliseconds delay = std::min<milliseconds>(first_retry * (1 << std::min(reading.failures, 6U)), longest_retry);
  ++reading.failures;
  set_timer(server, delay, &Snapshots::retry);
}

void Snapshots::set_timer(ServerId server, milliseconds delay, void (Snapshots::*task)(ServerId)) {
  host_.cancel(readings_[server].timer);
  readings_[server].due = host_.now() + delay;
  readings_[server].timer = host_.after(delay, [this, server, task] {
    readings_[server].timer = 0;
    (this->*task)(server);
  });
}

}  // namespace amibroker::replication
