// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/ledger.hpp"

#include <array>
#include <charconv>

namespace amibroker::bench {

namespace {

constexpr DeviceNumber kFirstNumber = 10000;
constexpr std::array<std::string_view, 3> kStates{"INUSE", "NOT_INUSE", "RINGING"};

std::string_view state_of(std::uint32_t change) { return kStates[change % kStates.size()]; }

std::string name_of(DeviceNumber device) { return "PJSIP/" + std::to_string(kFirstNumber + device); }

/// The device of `DEVICE_STATE(Custom:PJSIP/10042)`; JSON may escape the slash.
std::optional<DeviceNumber> device_of(std::string_view variable) {
  constexpr std::string_view kBegin = "DEVICE_STATE(Custom:PJSIP";
  const auto slash = variable.find('/', kBegin.size());
  if (!variable.starts_with(kBegin) || slash > kBegin.size() + 1 || !variable.ends_with(')')) return std::nullopt;
  DeviceNumber number = 0;
  const char* const end = variable.data() + variable.size() - 1;
  const auto [stop, error] = std::from_chars(variable.data() + slash + 1, end, number);
  if (error != std::errc{} || stop != end || number < kFirstNumber) return std::nullopt;
  return number - kFirstNumber;
}

void append_state(std::string& out, std::string_view prefix, DeviceNumber device, std::uint32_t change) {
  out.append(R"("Device":")").append(prefix).append(name_of(device));
  out.append(R"(","State":")").append(state_of(change)).append(R"("})");
}

}  // namespace

Ledger::Ledger(std::size_t servers, std::size_t devices)
    : servers_(servers),
      devices_(devices),
      last_write_(devices * servers),
      free_(servers),
      alive_(servers, true),
      living_(servers) {
  for (DeviceNumber device = 0; device < devices; ++device) {
    devices_[device].home = device % servers;
    free_[device % servers].push_back(device);
  }
}

void Ledger::exclude(std::size_t server) {
  if (!alive_[server]) return;
  alive_[server] = false;
  --living_;
}

std::optional<DeviceNumber> Ledger::take(std::size_t server) {
  auto& free = free_[server];
  if (free.empty() || !alive_[server]) return std::nullopt;
  const auto device = free.front();
  free.pop_front();
  return device;
}

std::optional<DeviceNumber> Ledger::take_any() {
  for (std::size_t tried = 0; tried < servers_; ++tried) {
    const auto server = next_server_;
    next_server_ = (next_server_ + 1) % servers_;
    if (const auto device = take(server)) return device;
  }
  return std::nullopt;
}

void Ledger::change(DeviceNumber device, std::string_view system_name, std::string& event) {
  auto& entry = devices_[device];
  ++entry.change;
  entry.missing = static_cast<std::uint32_t>(living_ - 1);
  ++tally_.events;
  tally_.missing += entry.missing;
  event = R"({"Event":"DeviceStateChange","Privilege":"call,all","SystemName":")";
  event.append(system_name).append(R"(",)");
  append_state(event, {}, device, entry.change);
  entry.changed_at = Clock::now();
}

void Ledger::preset() {
  for (Device& device : devices_) {
    device.change = 1;
    device.missing = static_cast<std::uint32_t>(living_ - 1);
    tally_.missing += device.missing;
  }
  for (auto& free : free_) free.clear();
}

Ledger::Write Ledger::on_setvar(std::size_t server, std::string_view variable, std::string_view value) {
  // The broker's note on each server, before its first other write there (docs/replication.md, Orphans).
  if (variable == "DEVICE_STATE(Custom:zmq-ami-broker)" && alive_[server]) return {};
  const auto device = device_of(variable);
  if (!device || *device >= devices_.size() || devices_[*device].home == server || !alive_[server] ||
      devices_[*device].change == 0 || value != state_of(devices_[*device].change)) {
    ++tally_.wrong;
    return {};
  }
  auto& entry = devices_[*device];
  if (last_write(*device, server) == entry.change) {
    ++tally_.extra;
    return {};
  }
  last_write(*device, server) = entry.change;
  ++tally_.writes;
  --tally_.missing;
  const bool complete = --entry.missing == 0;
  if (complete) free_[entry.home].push_back(*device);
  return {true, complete, *device};
}

std::size_t Ledger::list(std::size_t server, std::string_view action_id, std::string& items) const {
  std::size_t count = 0;
  for (DeviceNumber device = 0; device < devices_.size(); ++device) {
    const bool own = devices_[device].home == server;
    const std::uint32_t change = own ? devices_[device].change : last_write_[device * servers_ + server];
    if (change == 0) continue;
    if (count > 0) items.push_back(',');
    items.append(R"({"Event":"DeviceStateChange","ActionID":")").append(action_id).append(R"(",)");
    append_state(items, own ? "" : "Custom:", device, change);
    ++count;
  }
  return count;
}

}  // namespace amibroker::bench
