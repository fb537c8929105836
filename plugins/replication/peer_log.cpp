// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/peer_log.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <string>

#include "plugins/replication/name_rules.hpp"
#include "plugins/replication/write_log.hpp"

namespace amibroker::replication {
namespace {

constexpr std::chrono::hours between_lines{1};
constexpr std::chrono::minutes between_changes{1};

/// `2026-11-29 18:05:11 UTC`, by the clock of that broker's machine.
std::string start_of(const Life& life) {
  const auto seconds = static_cast<std::time_t>(life.began_us / 1'000'000);
  std::tm parts{};
  std::array<char, 40> text{};
  if (gmtime_r(&seconds, &parts) == nullptr) return "at an unknown time";
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &parts)};
}

std::string servers_text(std::size_t count) { return std::to_string(count) + (count == 1 ? " server" : " servers"); }

}  // namespace

template <typename Key>
bool PeerLog::is_due(std::map<Key, TimePoint>& said, const Key& key) {
  const TimePoint now = host_.now();
  if (const auto found = said.find(key); found != said.end()) {
    if (now - found->second < between_lines) return false;
    found->second = now;
    return true;
  }
  if (said.size() >= capacity) std::erase_if(said, [&](const auto& one) { return now - one.second >= between_lines; });
  if (said.size() >= capacity) return false;
  said.emplace(key, now);
  return true;
}

void PeerLog::same(const Life& life, std::pair<std::size_t, std::size_t> balance) {
  if (!is_due(same_, life)) return;
  host_.log(Level::info, "another broker has the same servers (it was started at " + start_of(life) +
                             "). One writes, the other stands by and takes over within 3 s: this one writes to " +
                             servers_text(balance.first) + " and stands by on " + std::to_string(balance.second) +
                             ". If you did not start two on purpose, stop one");
}

void PeerLog::other(const Life& life, ServerId server) {
  if (!is_due(other_, life)) return;
  host_.log(Level::warning,
            server_label(host_, server) + ": another broker writes there as well (it was started at " + start_of(life) +
                "), and it does not have the same servers and zones, or not the same options of this plugin. That "
                "works as long as the two share different names. If they are to stand in for each other, give both the "
                "same configuration, down to the names of the sections; if not, see that no name is shared by both "
                "(zones, include, exclude, name_template)");
}

void PeerLog::changed(std::size_t began, std::size_t ceased, std::pair<std::size_t, std::size_t> balance) {
  began_ += began;
  ceased_ += ceased;
  if (began_ + ceased_ == 0 || (told_.front() && host_.now() - *told_.front() < between_changes)) return;
  std::rotate(told_.begin(), told_.begin() + 1, told_.end());
  told_.back() = host_.now();
  if (began_ > 0)
    host_.log(Level::info, "writes to " + servers_text(began_) +
                               " from now on, as the broker that wrote there is silent or yields; " +
                               std::to_string(balance.second) + " are left to another broker");
  if (ceased_ > 0)
    host_.log(Level::info, "stands by on " + servers_text(ceased_) +
                               ", which another broker writes to; this one writes to " + std::to_string(balance.first));
  began_ = ceased_ = 0;
}

void PeerLog::held(std::string_view name, std::chrono::milliseconds time, std::span<const ServerId> servers) {
  if (!is_due(held_, std::string(name))) return;
  std::string where;
  for (const ServerId server : servers) where.append(where.empty() ? "" : ", ").append(server_label(host_, server));
  host_.log(
      Level::warning,
      "\"" + std::string(for_log(name)) + "\" keeps changing to and fro on " + where + ", so it is not written for " +
          std::to_string(time.count() / 1000) +
          " s, then longer and longer, up to 60 s, until that ends; the last value is written then. Somebody else "
          "writes it, too: another broker, or a replication of Asterisk's own (res_pjsip_publish_asterisk, "
          "res_corosync, a script). Let only one of them share this name");
}

}  // namespace amibroker::replication
