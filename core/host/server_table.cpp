// SPDX-License-Identifier: Apache-2.0
#include "core/host/server_table.hpp"

#include <utility>

#include "core/base/printable.hpp"

namespace amibroker::host {
namespace {

constexpr std::size_t longest_identity = 80;

std::vector<std::string_view> views_of(const std::vector<std::string>& texts) { return {texts.begin(), texts.end()}; }

}  // namespace

void ServerTable::add(const ServerLabel& label) {
  if (infos_.size() == infos_.capacity()) {
    // A plugin may still hold the span of before, which ends when a vector grows: so another vector takes over.
    std::vector<ServerInfo> larger;
    larger.reserve(2 * infos_.size() + 1);
    larger = infos_;
    old_infos_.push_back(std::exchange(infos_, std::move(larger)));
  }
  entries_.emplace_back();
  const auto server = static_cast<ServerId>(infos_.size());
  infos_.emplace_back().id = server;
  put(server, std::make_unique<Entry>(Entry{label, {}, {}, {}, {}, {}}));
}

void ServerTable::change(ServerId server, const ServerLabel& label) {
  const Entry& before = *entries_.at(server);
  put(server, std::make_unique<Entry>(Entry{label, before.asterisk_version, before.system_name, {}, {}, {}}));
}

bool ServerTable::identify(ServerId server, const link::Identity& identity) {
  const Entry& before = *entries_.at(server);
  std::string version = base::printable(identity.asterisk_version, longest_identity);
  std::string name = base::printable(identity.system_name, longest_identity);
  if (version == before.asterisk_version && name == before.system_name) return false;
  put(server, std::make_unique<Entry>(Entry{before.label, std::move(version), std::move(name), {}, {}, {}}));
  return true;
}

void ServerTable::put(ServerId server, std::unique_ptr<Entry> entry) {
  Entry& kept = *entry;
  kept.zones = views_of(kept.label.zones);
  kept.include = views_of(kept.label.include);
  kept.exclude = views_of(kept.label.exclude);
  ServerInfo& info = infos_[server];
  info.section = kept.label.section;
  info.name = kept.label.name;
  info.zones = kept.zones;
  info.include = kept.include;
  info.exclude = kept.exclude;
  info.transport = kept.label.transport;
  info.asterisk_version = kept.asterisk_version;
  info.system_name = kept.system_name;
  if (entries_[server]) old_entries_.push_back(std::move(entries_[server]));
  entries_[server] = std::move(entry);
}

void ServerTable::forget_old() noexcept {
  old_entries_.clear();
  old_infos_.clear();
}

}  // namespace amibroker::host
