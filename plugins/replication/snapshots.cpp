// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/snapshots.hpp"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <utility>

#include "plugins/replication/asterisk_version.hpp"
#include "plugins/replication/rules.hpp"
#include "plugins/replication/write_log.hpp"

namespace amibroker::replication {
namespace {

using std::chrono::milliseconds;
constexpr std::string_view user_event_name = "zmq-ami-broker";

/// Another for each life of a plugin, so that the fence of a broker that was killed is not taken for ours.
std::string life_of_now() {
  static std::atomic<std::uint64_t> lives{0};
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(now).count()) + "." +
         std::to_string(lives.fetch_add(1, std::memory_order_relaxed));
}

}  // namespace

Snapshots::Snapshots(Host& host, SnapshotReader& reader, const SnapshotConfig& config)
    : host_(host),
      reader_(reader),
      resync_interval_(config.resync_interval),
      list_action_(config.list_action),
      module_(config.module),
      fence_prefix_(std::string(config.plugin) + "-" + life_of_now() + "-"),
      readings_(host.servers().size()),
      taken_(host.counter("snapshots")),
      failed_(host.counter("failed_snapshots")) {
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
  readings_[server].complained = false;
  soon(server);
}

void Snapshots::server_down(ServerId server) {
  Reading& reading = readings_[server];
  reading.number = 0;
  reading.again = false;
  host_.cancel(std::exchange(reading.timer, 0));
}

void Snapshots::soon(ServerId server) {
  if (!keeps_rule(6) || !host_.is_up(server)) return;
  if (readings_[server].number != 0) readings_[server].again = true;
  else begin(server);
}

void Snapshots::read_next() {
  const auto next = [&] {
    return std::exchange(next_resync_, static_cast<ServerId>((next_resync_ + 1) % readings_.size()));
  };
  ServerId server = next();
  while (readings_[server].retired) server = next();  // the timer runs only while there is one that is not
  soon(server);
}

void Snapshots::begin(ServerId server) {
  Reading& reading = readings_[server];
  host_.cancel(std::exchange(reading.timer, 0));
  reading.number = reading.asked = ++last_number_;
  reading.fenced = reading.listed = reading.again = reading.fence_refused = false;
  reader_.list_asked(server);
  host_.request(server, Action(list_action_), list_timeout,
                [this, server, number = reading.number](const Reply& reply) { answered(server, number, reply); });
  host_.request(server,
                Action("UserEvent")
                    .add("UserEvent", user_event_name)
                    .add("Fence", fence_prefix_ + std::to_string(reading.number)),
                list_timeout,
                [this, server, number = reading.number](const Reply& reply) { fence_answered(server, number, reply); });
}

void Snapshots::fence_answered(ServerId server, std::uint64_t number, const Reply& reply) {
  Reading& reading = readings_[server];
  if (reading.number != number || reply.outcome != Outcome::error) return;
  reading.fence_refused = true;
  if (std::exchange(reading.refused_said, true)) return;
  host_.log(Level::info,
            server_label(host_, server) + ": the account may not send UserEvent (" +
                std::string(reply.text.substr(0, 200)) +
                "), so nothing proves that its events are not older than what is read of its states; what is read "
                "is believed half a second later. Give the account read = user and write = user");
}

void Snapshots::on_user_event(ServerId server, const Message& event) {
  if (event["UserEvent"] != user_event_name) return;
  std::string_view fence = event["Fence"];
  if (!fence.starts_with(fence_prefix_)) return;  // of another plugin or broker
  fence.remove_prefix(fence_prefix_.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(fence.data(), fence.data() + fence.size(), number);
  if (error != std::errc() || end != fence.data() + fence.size() || number == 0) return;
  Reading& reading = readings_[server];
  if (reading.number != number) return see_foreign_fence(server, number);
  if (reading.fenced) return;
  reading.fenced = true;
  finish_if_complete(server);
}

/// Who asked for a fence and who publishes it are the same Asterisk, whatever their sections say.
void Snapshots::see_foreign_fence(ServerId server, std::uint64_t number) {
  const auto asked =
      std::find_if(readings_.begin(), readings_.end(), [&](const Reading& reading) { return reading.asked == number; });
  if (asked == readings_.end() || asked == readings_.begin() + server) return;
  if (asked->same_said || readings_[server].same_said) return;
  asked->same_said = readings_[server].same_said = true;
  const std::string other = server_label(host_, static_cast<ServerId>(asked - readings_.begin()));
  host_.log(Level::warning, server_label(host_, server) + " and " + other +
                                " are the same Asterisk, entered twice: an event that the broker asked for on the one "
                                "was published by the other. Each of its states counts twice and is written back to "
                                "it. Remove one of the two sections from the configuration");
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
    set_timer(server, fence_timeout * (1 << (2 * reading.lost_fences)), &Snapshots::give_up_fence);
}

void Snapshots::finish_if_complete(ServerId server) {
  Reading& reading = readings_[server];
  if (!reading.fenced || !reading.listed) return;
  host_.cancel(std::exchange(reading.timer, 0));
  reading.number = 0;
  reading.failures = 0;
  reading.lost_fences = 0;
  reading.complained = false;
  taken_.fetch_add(1, std::memory_order_relaxed);
  reader_.list_applies(server);
  if (std::exchange(reading.again, false)) begin(server);
}

void Snapshots::give_up_fence(ServerId server) {
  Reading& reading = readings_[server];
  if (reading.fence_refused) {
    reading.fenced = true;
    return finish_if_complete(server);
  }
  if (++reading.lost_fences < fence_attempts) return begin(server);
  fail(server, "its events do not arrive: the one that was asked for after the list did not come");
}

void Snapshots::fail(ServerId server, std::string_view reason) {
  Reading& reading = readings_[server];
  reading.number = 0;
  reading.lost_fences = 0;
  failed_.fetch_add(1, std::memory_order_relaxed);
  complain(server, reason);
  reader_.list_failed(server);
  const milliseconds delay = std::min<milliseconds>(first_retry * (1 << std::min(reading.failures, 6U)), longest_retry);
  ++reading.failures;
  set_timer(server, delay, &Snapshots::soon);
}

void Snapshots::complain(ServerId server, std::string_view reason) {
  Reading& reading = readings_[server];
  if (std::exchange(reading.complained, true)) return;
  const std::string what = server_label(host_, server) + ": its states cannot be read (" + std::string(reason) + "). ";
  const std::string_view version = host_.servers()[server].asterisk_version;
  if (major_version(version).value_or(least_asterisk) < least_asterisk) {
    if (std::exchange(reading.too_old_said, true)) return;
    return host_.log(Level::warning,
                     what + "It runs Asterisk " + std::string(version) + ", and " + list_action_ +
                         " needs Asterisk 13 or newer: upgrade it. Until then what it shows may be wrong "
                         "after a restart or a lost event");
  }
  host_.log(Level::warning, what +
                                "Until they can, what it shows may be wrong after a restart or a lost event. "
                                "Check there that " +
                                module_ + " is loaded, which Asterisk 13 or newer has" +
                                (version.empty() ? "" : " (it runs " + std::string(version) + ")") +
                                ", and that the AMI user may read `call` or `reporting`");
}

void Snapshots::set_timer(ServerId server, milliseconds delay, void (Snapshots::*task)(ServerId)) {
  host_.cancel(readings_[server].timer);
  readings_[server].timer = host_.after(delay, [this, server, task] {
    readings_[server].timer = 0;
    (this->*task)(server);
  });
}

}  // namespace amibroker::replication
