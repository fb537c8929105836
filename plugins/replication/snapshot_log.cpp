// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/snapshot_log.hpp"

#include <utility>

#include "plugins/replication/asterisk_version.hpp"
#include "plugins/replication/write_log.hpp"

namespace amibroker::replication {
namespace {

using std::chrono::milliseconds;
constexpr std::chrono::hours between_slow_lines{1};
constexpr std::size_t longest_reason = 200;

std::string seconds_text(milliseconds time) {
  const auto tenths = (time.count() + 50) / 100;
  std::string text = std::to_string(tenths / 10);
  if (tenths % 10 != 0) text.append(".").append(std::to_string(tenths % 10));
  return text + " s";
}

}  // namespace

SnapshotLog::SnapshotLog(Host& host, std::string_view list_action, std::string_view module)
    : host_(host), list_action_(list_action), module_(module), said_(host.servers().size()) {}

void SnapshotLog::read(ServerId server, bool proven) {
  said_[server].unreadable = false;
  if (proven) said_[server].missing = false;
}

void SnapshotLog::unreadable(ServerId server, std::string_view reason) {
  Said& said = said_[server];
  if (std::exchange(said.unreadable, true)) return;
  const std::string what = server_label(host_, server) + ": its states cannot be read (" + std::string(reason) + "). ";
  const std::string_view version = host_.servers()[server].asterisk_version;
  if (major_version(version).value_or(least_asterisk) < least_asterisk) {
    if (std::exchange(said.too_old, true)) return;
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

void SnapshotLog::fence_refused(ServerId server, std::string_view reason) {
  if (std::exchange(said_[server].refused, true)) return;
  host_.log(Level::info,
            server_label(host_, server) + ": the account may not send UserEvent (" +
                std::string(reason.substr(0, longest_reason)) +
                "), so nothing proves that its events are not older than what is read of its states; what is read "
                "is believed half a second later. Give the account read = user and write = user");
}

void SnapshotLog::fences_missing(ServerId server, bool accepted, std::optional<milliseconds> lateness) {
  if (std::exchange(said_[server].missing, true)) return;
  std::string text = server_label(host_, server);
  if (lateness) text.append(": its events come ").append(seconds_text(*lateness)).append(" late");
  else
    text.append(": the event that the broker asked for after the list of its states does not come")
        .append(accepted ? ", although it accepts UserEvent" : "");
  text.append(
      ". So nothing proves that its events are not older than what is read of its states; what is read is believed "
      "some seconds later, and a lamp may flicker. ");
  if (lateness)
    text.append("What its phones do shows elsewhere as late as that: look at its load, and at the network to it");
  else if (host_.servers()[server].transport == "ami")
    text.append(
        "In its manager.conf, give the account read = user as well as write = user; and if the account has lines "
        "`eventfilter`, one more: eventfilter = Event: UserEvent");
  else
    text.append(
        "Check that evt_port in the broker's configuration leads to the same Asterisk as cmd_port, and that no "
        "firewall is in the way of its events");
  host_.log(Level::warning, text);
}

void SnapshotLog::slowed_down(ServerId server, std::string_view reason, milliseconds longest_pause) {
  std::optional<TimePoint>& said = said_[server].slowed;
  if (said && host_.now() - *said < between_slow_lines) return;
  said = host_.now();
  host_.log(
      Level::warning,
      server_label(host_, server) + ": again and again there is a reason to read its states (" + std::string(reason) +
          "), so they are read less often, down to once in " + seconds_text(longest_pause) +
          " until that ends. What it shows may be wrong for as long as that. Find out why: a module that is loaded "
          "again and again, or a network that loses what it sends");
}

}  // namespace amibroker::replication
