// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/notes.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <utility>

namespace amibroker::replication {
namespace {

constexpr std::string_view keep_word = ":keep:";

/// FNV-1a, 64 bits: the same in every build, unlike std::hash.
std::uint64_t hash_of(std::string_view text) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return hash;
}

std::string suffix_of(std::uint64_t hash) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), hash, 16).ptr;
  return std::string(keep_word).append(digits.data(), end);
}

}  // namespace

Notes::Notes(Host& host, std::string_view function, const NoteForm& form, WriteAction write_action)
    : host_(host), function_(function), form_(form), write_(write_action), servers_(host.servers().size()) {}

bool Notes::is_note(std::string_view name) const noexcept {
  return enabled() && name.starts_with(form_.name) &&
         (name.size() == form_.name.size() || name[form_.name.size()] == ':');
}

void Notes::read(ServerId id, std::span<const Message> items) {
  if (!enabled()) return;
  Server& server = servers_[id];
  server.listed.clear();
  for (const Message& item : items) {
    std::string_view name = item[form_.header];
    if (!is_note(name)) continue;
    name.remove_prefix(form_.name.size());
    if (name.empty()) server.noted = true;
    if (!name.starts_with(keep_word) || server.listed.size() >= most_kept) continue;
    name.remove_prefix(keep_word.size());
    std::uint64_t hash = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), hash, 16);
    if (error == std::errc() && end == name.data() + name.size()) server.listed.insert(hash);
  }
  server.kept.insert(server.listed.begin(), server.listed.end());
}

bool Notes::is_foreign(ServerId id, std::string_view name) const {
  if (!enabled()) return false;
  const Server& server = servers_[id];
  return !server.noted || server.kept.contains(hash_of(name));
}

void Notes::found(ServerId id, std::string_view name) {
  Server& server = servers_[id];
  if (!server.noted && server.found.size() < most_found) server.found.emplace(name);
}

bool Notes::keep(ServerId id, std::string_view name) {
  Server& server = servers_[id];
  const std::uint64_t hash = hash_of(name);
  if (!server.kept.contains(hash) && server.kept.size() >= most_kept) return false;
  server.kept.insert(hash);
  if (server.listed.insert(hash).second) write(id, suffix_of(hash), {});
  return true;
}

void Notes::leave(ServerId id, const std::function<bool(std::string_view)>& is_ours, Completion done) {
  Server& server = servers_[id];
  server.done = std::move(done);
  server.failed = false;
  std::erase_if(server.found, is_ours);
  for (const std::string& name : server.found)
    if (server.kept.size() < most_kept) server.kept.insert(hash_of(name));
  for (const std::uint64_t hash : server.kept) {
    if (server.listed.contains(hash)) continue;
    ++server.under_way;
    write(id, suffix_of(hash), [this, id, hash](const Reply& reply) { kept_answered(id, hash, reply); });
  }
  if (server.under_way == 0) write(id, "", [this, id](const Reply& reply) { finish(id, reply); });
}

void Notes::kept_answered(ServerId id, std::uint64_t hash, const Reply& reply) {
  Server& server = servers_[id];
  if (server.under_way == 0) return;  // of a server that was retired
  --server.under_way;
  if (reply.ok()) server.listed.insert(hash);
  server.failed = server.failed || !reply.ok();
  if (server.under_way > 0) return;
  if (server.failed) return finish(id, Reply{Outcome::not_sent, "another write was not answered with success", {}});
  write(id, "", [this, id](const Reply& last) { finish(id, last); });
}

void Notes::finish(ServerId id, const Reply& reply) {
  Server& server = servers_[id];
  server.noted = server.noted || reply.ok();
  if (server.noted) server.found.clear();
  if (const Completion done = std::exchange(server.done, nullptr)) done(reply);
}

void Notes::write(ServerId server, const std::string& suffix, Completion done) {
  const std::string name = std::string(form_.name).append(suffix);
  Action action("Setvar");
  if (write_ != nullptr) write_(action, name, form_.value);
  else action.add("Variable", function_ + name + ')').add("Value", form_.value);
  host_.request(server, action, std::chrono::milliseconds::zero(), std::move(done));
}

}  // namespace amibroker::replication
