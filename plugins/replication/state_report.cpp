// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/state_report.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "plugins/replication/sites/sites.hpp"
#include "plugins/replication/standing.hpp"

namespace amibroker::replication {
namespace {

constexpr std::size_t most_targets_a_line = 20;

std::string text_of(ValueId value, const ValueTable& values) {
  if (value == no_value) return "nothing known";
  if (value == absent) return "no such name";
  return std::string(values.text(value));
}

std::uint32_t seconds_ago(const Cell& cell, TimePoint now) {
  const auto now_s = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  return static_cast<std::uint32_t>(now_s) - cell.changed_at_s;
}

std::string servers_text(std::size_t count, const char* which = "") {
  return std::to_string(count) + which + (count == 1 ? " server" : " servers");
}

std::string word_text(const Sites::Word& word, Sharing sharing, const ValueTable& values) {
  return (word.site.empty() ? "some site" : "site " + std::string(word.site)) +
         (sharing == Sharing::symmetric ? " set it to " : " says ") + text_of(word.value, values) +
         (word.zone.empty() ? "" : " in zone " + std::string(word.zone));
}

/// The servers of a row with the positions of their cells, in the order of the configuration; without those that are
/// retired.
std::map<ServerId, std::size_t> servers_of(const Row& row, const Places& places) {
  std::map<ServerId, std::size_t> servers;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const ServerId server = places.server(row.place(i));
    if (places.of(server) == row.place(i)) servers.emplace(server, i);
  }
  return servers;
}

}  // namespace

std::string describe_key(KeyId key, const Host& host, const Replicator& replicator, const Places& places,
                         const KeyTable& keys, const ValueTable& values, const Sites* sites) {
  std::string line(keys.shown_name(key));
  const char* separator = ": ";
  const auto add = [&](const std::string& text) { line.append(std::exchange(separator, "; ")).append(text); };
  std::map<ValueId, std::pair<std::size_t, std::uint32_t>> held;  // value: how many servers, the latest change
  std::size_t left_out = 0;
  std::string others;
  for (const auto& [server, index] : servers_of(replicator.row(key), places)) {
    const Row row = replicator.row(key);
    const Cell& cell = row[index];
    const std::string section(host.servers()[server].section);
    if (cell.contribution != no_value) add(section + " says " + text_of(cell.contribution, values));
    if (cell.desired == no_value) continue;
    const std::uint32_t ago = seconds_ago(cell, host.now());
    if (!is_wrong(standing_of(row, index, replicator))) {
      auto& [count, latest] = held.try_emplace(cell.desired, 0, ago).first->second;
      ++count;
      latest = std::min(latest, ago);
    } else if (std::count(others.begin(), others.end(), ';') < static_cast<std::ptrdiff_t>(most_targets_a_line)) {
      const std::string_view why = why_not_yet(key, row, index, replicator);
      others += "; " + section + " should hold " + text_of(cell.desired, values) + " since " + std::to_string(ago) +
                " s, holds " + text_of(cell.observed, values) + (why.empty() ? "" : ", ") + std::string(why);
    } else {
      ++left_out;
    }
  }
  if (sites != nullptr)
    for (const Sites::Word& word : sites->words(key)) add(word_text(word, replicator.sharing(key), values));
  for (const auto& [value, who] : held)
    add("held by " + servers_text(who.first) + ": " + text_of(value, values) + " (since " + std::to_string(who.second) +
        " s)");
  if (!others.empty()) add(others.substr(2));
  if (left_out > 0) add("and " + servers_text(left_out, " more"));
  return line;
}

void StateReport::begin() {
  next_ = 0;
  host_.cancel(std::exchange(timer_, 0));
  host_.log(Level::info, "report: " + std::to_string(keys_.size()) + " names");
  write_slice();
}

void StateReport::write_slice() {
  for (std::size_t i = 0; i < keys_a_slice && next_ < replicator_.keys(); ++i, ++next_)
    if (replicator_.has(next_))
      host_.log(Level::info, describe_key(next_, host_, replicator_, places_, keys_, values_, sites_));
  if (next_ >= replicator_.keys()) return host_.log(Level::info, "report: end");
  timer_ = host_.after(pause, [this] {
    timer_ = 0;
    write_slice();
  });
}

}  // namespace amibroker::replication
