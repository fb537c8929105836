// SPDX-License-Identifier: Apache-2.0
//
// The servers that FakeHost shows to a plugin. Since ABI 2.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "amibroker/plugin.hpp"

namespace amibroker::testing {

/// A table of ServerInfo that owns its texts. As in the daemon, a view that a plugin took stays valid while the plugin
/// is in a call, although the table changes meanwhile: the texts of before are kept until `forget_old`.
class FakeServers {
 public:
  /// Texts, and the views of them that a ServerInfo wants.
  struct Texts {
    std::span<const std::string_view> see() {
      views.assign(owned.begin(), owned.end());
      return views;
    }
    std::vector<std::string> owned;
    std::vector<std::string_view> views;
  };
  /// The texts of one server. Never changed once a ServerInfo has views of it: `edit` makes another one.
  struct Entry {
    std::string section, name, transport, asterisk_version, system_name;
    Texts zones, include, exclude;
  };

  /// One more server, reached over ZeroMQ, with the section `server-N`.
  ServerId add(const std::string& name) {
    const auto server = static_cast<ServerId>(infos_.size());
    old_infos_.push_back(infos_);  // a plugin may still hold the span, which ends when the vector grows
    old_infos_.back().swap(infos_);
    infos_.push_back({});
    infos_.back().id = server;
    entries_.push_back(nullptr);
    Entry entry;
    entry.section = "server-" + std::to_string(server + 1);
    entry.name = name;
    entry.transport = "zmq";
    put(server, std::move(entry));
    return server;
  }

  /// `change(Entry&)` changes the texts of a server that was added.
  template <typename Change>
  void edit(ServerId server, Change&& change) {
    Entry entry = *entries_.at(server);
    change(entry);
    old_entries_.push_back(std::move(entries_[server]));
    put(server, std::move(entry));
  }

  void retire(ServerId server) { infos_.at(server).retired = true; }
  void hold(ServerId server, bool on) { infos_.at(server).held = on; }

  [[nodiscard]] std::span<const ServerInfo> infos() const noexcept { return infos_; }

  /// Ends the views that were taken before.
  void forget_old() {
    old_entries_.clear();
    old_infos_.clear();
  }

 private:
  void put(ServerId server, Entry entry) {
    entries_[server] = std::make_unique<Entry>(std::move(entry));
    Entry& kept = *entries_[server];
    ServerInfo& info = infos_[server];
    info.section = kept.section;
    info.name = kept.name;
    info.zones = kept.zones.see();
    info.include = kept.include.see();
    info.exclude = kept.exclude.see();
    info.transport = kept.transport;
    info.asterisk_version = kept.asterisk_version;
    info.system_name = kept.system_name;
  }

  std::vector<std::unique_ptr<Entry>> entries_;      // by server
  std::vector<ServerInfo> infos_;                    // views of the entries
  std::vector<std::unique_ptr<Entry>> old_entries_;  // until the plugin's call returns
  std::vector<std::vector<ServerInfo>> old_infos_;
};

}  // namespace amibroker::testing
