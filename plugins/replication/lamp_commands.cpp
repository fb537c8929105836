// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/lamp_commands.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

#include "plugins/replication/answer_text.hpp"
#include "plugins/replication/sites/sites.hpp"
#include "plugins/replication/standing.hpp"

namespace amibroker::replication {
namespace {

std::string key_text(KeyId key, std::size_t end) { return key < end ? std::to_string(key) : "null"; }

}  // namespace

void LampCommands::add_to(Commands& commands, Naming naming) {
  using Arguments = std::span<const Field>;
  naming_ = std::move(naming);
  commands.answer("show", [this](Arguments arguments) {
    const std::string_view name = argument(arguments, "name");
    if (name.empty()) throw std::invalid_argument("name: whose lamps? For instance name=PJSIP/100");
    return show(naming_.shown_names(name));
  });
  commands.answer("wrong", [this](Arguments arguments) { return wrong(page_argument(arguments)); });
  commands.answer("lamps", [this](Arguments arguments) {
    return argument(arguments, "changes").empty() ? lamps(page_argument(arguments)) : changes();
  });
  commands.answer("hints", [this](Arguments arguments) { return hints(page_argument(arguments)); });
  commands.answer("delays", [this](Arguments) { return delays(); });
}

// --- One name ------------------------------------------------------------------------------------------------------

std::string LampCommands::show(std::span<const std::string> names) const {
  std::string out = R"({"names":[)";
  std::vector<KeyId> shown;
  for (const std::string& name : names) {
    const auto key = keys_.find(name);
    if (!key || shown.size() >= most_shown || std::find(shown.begin(), shown.end(), *key) != shown.end()) continue;
    shown.push_back(*key);
    next_item(out);
    add_name(out, *key);
  }
  return out += "]}";
}

void LampCommands::add_name(std::string& out, KeyId key) const {
  const Row row = replicator_.row(key);
  out += '{';
  add_text(out, "name", keys_.shown_name(key));
  out += R"(,"state":)";
  add_value(out, state_of(row));
  out += R"(,"contributions":[)";
  add_contributions(out, key, row);
  if (sites_ != nullptr) add_sites(out, key);
  out += R"(],"cells":[)";
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (standing_of(row, i, replicator_) == Standing::elsewhere) continue;
    next_item(out);
    out += '{';
    add_cell(out, key, row, i);
    out += '}';
  }
  out += "]}";
}

/// Of the newest one it is known since when: the key's last change.
void LampCommands::add_contributions(std::string& out, KeyId key, const Row& row) const {
  std::uint32_t newest = 0;
  for (std::size_t i = 0; i < row.size(); ++i)
    if (row[i].contribution != no_value) newest = std::max(newest, row[i].contributed_as);
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (row[i].contribution == no_value || replicator_.target(row.place(i)).vacant) continue;
    next_item(out);
    out += '{';
    add_text(out, "server", section_of(row, i));
    out += R"(,"state":)";
    add_value(out, row[i].contribution);
    add_raw(out, "age_seconds", row[i].contributed_as == newest ? age_text(delay_.changed_at(key)) : "null");
    out += '}';
  }
}

void LampCommands::add_sites(std::string& out, KeyId key) const {
  for (const Sites::Word& word : sites_->words(key)) {
    next_item(out);
    out += '{';
    if (word.site.empty()) add_raw(out, "site", "null");
    else add_text(out, "site", word.site);
    add_text(out, "zone", word.zone);
    out += R"(,"state":)";
    add_value(out, word.value);
    add_raw(out, "age_seconds", word.age ? seconds_text(std::chrono::duration<double>(*word.age).count()) : "null");
    out += '}';
  }
}

void LampCommands::add_cell(std::string& out, KeyId key, const Row& row, std::size_t index) const {
  const Cell& cell = row[index];
  const Standing standing = standing_of(row, index, replicator_);
  add_text(out, "server", section_of(row, index));
  out += R"(,"should":)";
  add_value(out, cell.desired);
  out += R"(,"holds":)";
  add_value(out, cell.observed);
  add_text(out, "is", word_of(standing));
  add_text(out, "why", is_wrong(standing) ? why_not_yet(key, row, index, replicator_) : std::string_view{});
  add_raw(out, "age_seconds",
          cell.desired == no_value ? "null" : age_text(TimePoint(std::chrono::seconds(cell.changed_at_s))));
}

// --- Many names ----------------------------------------------------------------------------------------------------

std::string LampCommands::wrong(KeyId from) const {
  std::string out = R"({"wrong":[)";
  std::size_t looked_at = 0, found = 0;
  KeyId key = from;
  for (; key < replicator_.keys() && looked_at < cells_a_page && found < wrong_a_page && out.size() < bytes_a_page;
       ++key) {
    if (!replicator_.has(key)) continue;
    const Row row = replicator_.row(key);
    looked_at += row.size() + 1;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (!is_wrong(standing_of(row, i, replicator_))) continue;
      ++found;
      next_item(out);
      out += '{';
      add_text(out, "name", keys_.shown_name(key));
      add_cell(out, key, row, i);
      out += '}';
    }
  }
  out += "]";
  add_raw(out, "next", key_text(key, replicator_.keys()));
  return out += '}';
}

std::string LampCommands::lamps(KeyId from) {
  if (from == 0) feed_.begin(host_.now());
  feed_.asked(host_.now());
  std::string out = R"({"lamps":[)";
  std::size_t looked_at = 0, found = 0;
  KeyId key = from;
  for (; key < replicator_.keys() && looked_at < cells_a_page && found < lamps_a_page && out.size() < bytes_a_page;
       ++key) {
    if (!replicator_.has(key)) continue;
    looked_at += replicator_.row(key).size() + 1;
    ++found;
    next_item(out);
    add_lamp(out, key);
  }
  out += R"(],"gone":[])";
  add_raw(out, "next", key_text(key, replicator_.keys()));
  return out += '}';
}

/// What was touched comes first: it is what just happened.
std::string LampCommands::changes() {
  if (!feed_.watched()) return R"({"begin":true})";
  feed_.asked(host_.now());
  std::string out = R"({"lamps":[)";
  std::size_t looked_at = 0, found = 0;
  const auto add = [&](KeyId key) {
    if (!replicator_.has(key)) return;
    looked_at += replicator_.row(key).size() + 1;
    ++found;
    next_item(out);
    add_lamp(out, key);
  };
  const auto has_room = [&] { return looked_at < cells_a_page && found < lamps_a_page && out.size() < bytes_a_page; };
  while (has_room()) {
    const auto key = feed_.next();
    if (!key) break;
    add(*key);
  }
  auto& sweep = feed_.sweep();
  for (; sweep && has_room(); ++*sweep) {
    if (*sweep >= replicator_.keys()) {
      sweep.reset();
      break;
    }
    add(*sweep);
  }
  out += R"(],"gone":[)";
  for (const std::string& name : feed_.take_gone()) {
    next_item(out);
    append_json(out, name);
  }
  out += ']';
  add_raw(out, "more", feed_.empty() ? "false" : "true");
  return out += '}';
}

void LampCommands::add_lamp(std::string& out, KeyId key) const {
  const Row row = replicator_.row(key);
  out += '{';
  add_text(out, "name", keys_.shown_name(key));
  out += R"(,"state":)";
  add_value(out, state_of(row));
  add_newest(out, key, row);
  std::string cells;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const Standing standing = standing_of(row, i, replicator_);
    if (standing == Standing::elsewhere) continue;
    const ServerId server = places_.server(row.place(i));
    if (server >= cells.size()) cells.resize(server + std::size_t{1}, letter_of(Standing::elsewhere));
    // What a server that is down shows nobody knows.
    const bool is_known = standing != Standing::right || replicator_.target(row.place(i)).stage != Target::Stage::down;
    cells[server] = letter_of(is_known ? standing : Standing::down);
  }
  add_text(out, "cells", cells);
  out += '}';
}

// --- Hints ---------------------------------------------------------------------------------------------------------

std::string LampCommands::hints(KeyId from) const {
  std::string out = R"({"hints":[)";
  std::size_t looked_at = 0, found = 0;
  KeyId key = from;
  for (; key < replicator_.keys() && looked_at < cells_a_page && found < lamps_a_page && out.size() < bytes_a_page;
       ++key) {
    ++looked_at;
    if (!replicator_.has(key)) continue;
    const auto part = naming_.hint_part(keys_.shown_name(key));
    if (!part) continue;
    const Row row = replicator_.row(key);
    looked_at += row.size();
    const std::string servers = hint_servers(row);
    if (servers.empty()) continue;
    ++found;
    next_item(out);
    out += '{';
    add_text(out, "shown", keys_.shown_name(key));
    add_text(out, "device", part->device);
    add_text(out, "number", part->number);
    add_text(out, "servers", servers);
    out += '}';
  }
  out += ']';
  add_raw(out, "next", key_text(key, replicator_.keys()));
  return out += '}';
}

/// Empty if no server has to do with it.
std::string LampCommands::hint_servers(const Row& row) const {
  std::string servers;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const bool is_own = row[i].contribution != no_value, is_shown = row[i].desired != no_value;
    if ((!is_own && !is_shown) || replicator_.target(row.place(i)).vacant) continue;
    const ServerId server = places_.server(row.place(i));
    if (server >= servers.size()) servers.resize(server + std::size_t{1}, '.');
    servers[server] = is_own && is_shown ? 'b' : is_own ? 'o' : 's';
  }
  return servers;
}

std::string LampCommands::delays() const {
  std::string out = R"({"limits_seconds":[)";
  for (const auto limit : LampDelay::limits) {
    next_item(out);
    out += seconds_text(limit / 1e6);
  }
  out += R"(],"counts":[)";
  for (const auto count : delay_.counts()) {
    next_item(out);
    out += std::to_string(count);
  }
  out += ']';
  add_raw(out, "sum_seconds", seconds_text(std::chrono::duration<double>(delay_.sum()).count()));
  return out += '}';
}

// --- Words ---------------------------------------------------------------------------------------------------------

std::string_view LampCommands::section_of(const Row& row, std::size_t index) const {
  return host_.servers()[places_.server(row.place(index))].section;
}

std::string LampCommands::age_text(TimePoint since) const {
  if (since == TimePoint{}) return "null";
  const auto age = std::chrono::duration<double>(host_.now() - since).count();
  return seconds_text(std::max(age, 0.0));
}

void LampCommands::add_value(std::string& out, ValueId value) const {
  if (value == no_value) out += "null";
  else append_json(out, value == absent ? std::string_view("absent") : values_.text(value).substr(0, longest_value));
}

void LampCommands::add_newest(std::string& out, KeyId key, const Row& row) const {
  if (sites_ != nullptr)
    if (const auto site = sites_->last_site(key)) return add_text(out, "by_site", *site);
  std::size_t newest = row.size();
  for (std::size_t i = 0; i < row.size(); ++i)
    if (row[i].contribution != no_value && (newest == row.size() || row[i].contributed_as > row[newest].contributed_as))
      newest = i;
  if (newest == row.size()) add_raw(out, "by", "null");
  else add_text(out, "by", section_of(row, newest));
}

/// What targets are to show, or, if there are none, what the origin says.
ValueId LampCommands::state_of(const Row& row) const {
  ValueId contributed = no_value;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (row[i].desired != no_value) return row[i].desired;
    if (row[i].contribution != no_value) contributed = row[i].contribution;
  }
  return contributed;
}

}  // namespace amibroker::replication
