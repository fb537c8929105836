// SPDX-License-Identifier: Apache-2.0
#include "core/link/servers.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "core/base/printable.hpp"

namespace amibroker::link {
namespace {

constexpr std::size_t longest_name = 80;
// The longest step of the clock for deadlines. A loop that is late by no more than this is busy, and its servers' time
// goes on; one that is later was held up, and what is above it does not count.
constexpr int longest_step_ticks = 5;

}  // namespace

Servers::Servers(base::EventLoop& loop, ServerListener& listener, std::size_t expected, ServerTimings timings,
                 Resolver::Lookup look_up)
    : loop_(loop),
      listener_(listener),
      expected_(expected),
      timings_(timings),
      resolver_(loop, std::move(look_up)),
      time_(loop.now()),
      last_tick_(loop.now()) {
  loop_.at_end_of_round([this] { finish_round(); });
  ticker_ = loop_.every(timings_.tick, [this] { tick(); });
}

Servers::~Servers() {
  loop_.cancel(ticker_);
  loop_.at_end_of_round([] {});
  servers_.clear();
  discarded_.clear();
}

Servers::Wires& Servers::wires_of(const ServerConfig& config) {
  const auto found = wires_.find(config.transport);
  if (found != wires_.end()) return found->second;
  auto transport = config.transport->make(loop_, expected_);
  Transport& made = *transport;
  return wires_.emplace(config.transport, Wires{std::move(transport), ActionEncoder(made)}).first->second;
}

ServerId Servers::add(ServerConfig config) {
  const auto id = static_cast<ServerId>(servers_.size());
  Wires& wires = wires_of(config);
  system_names_.emplace_back();
  ServerContext& self = *this;
  servers_.push_back(std::make_unique<Server>(self, id, std::move(config), *wires.transport, wires.encoder));
  // Later, because an attempt that fails at once would call the listener from inside this call.
  loop_.post([this, id] { servers_[id]->start(); });
  return id;
}

void Servers::change(ServerId id, ServerConfig config) {
  Server& server = *servers_.at(id);
  Wires& wires = wires_of(config);
  server.change(std::move(config), *wires.transport, wires.encoder);
  // Another Asterisk may be at the new place: two servers whose places are exchanged never have the same name.
  if (!server.up()) system_names_[id].clear();
}

void Servers::retire(ServerId id) {
  servers_.at(id)->stop();
  system_names_[id].clear();
}

void Servers::stop() {
  for (const auto& server : servers_) server->stop();
}

void Servers::request(ServerId server, const Action& action, std::chrono::milliseconds timeout, Owner owner,
                      Completion done) {
  servers_.at(server)->request(action, timeout, owner, std::move(done));
}

bool Servers::is_up(ServerId server) const noexcept { return server < servers_.size() && servers_[server]->up(); }

void Servers::set_interest(const Interest& interest) {
  const bool is_more = !interest.within(interest_);
  interest_ = interest;
  for (const auto& server : servers_) server->want(interest_, is_more);
}

void Servers::finish_round() {
  // By index: a server whose turn it is may register another one.
  for (std::size_t i = 0; i < to_end_.size(); ++i) to_end_[i]->end_round();
  to_end_.clear();
  discarded_.clear();
}

Servers::Clock::time_point Servers::time() noexcept {
  return time_ + std::min<Clock::duration>(loop_.now() - last_tick_, longest_step_ticks * timings_.tick);
}

void Servers::tick() {
  time_ = time();
  last_tick_ = loop_.now();
  // By index: a listener that hears of a loss may add another server.
  for (std::size_t i = 0; i < servers_.size(); ++i) servers_[i]->tick();
}

void Servers::discard(std::unique_ptr<Wire> wire) { discarded_.push_back(std::move(wire)); }

void Servers::identified(Server& server, const Identity& identity) {
  const std::string name(identity.system_name);
  if (!identity.asterisk_version.empty())
    spdlog::info("server '{}' [{}] is Asterisk {}, system name '{}'",
                 base::printable(server.config().name, longest_name),
                 base::printable(server.config().section, longest_name),
                 base::printable(identity.asterisk_version, longest_name), base::printable(name, longest_name));
  if (std::exchange(system_names_[server.id()], name) != name) warn_of_same_name(server);
  listener_.on_identified(server.id(), identity);
}

void Servers::warn_of_same_name(const Server& server) {
  const std::string& name = system_names_[server.id()];
  if (name.empty()) return;
  for (ServerId id = 0; id < system_names_.size(); ++id) {
    if (id == server.id() || system_names_[id] != name) continue;
    // In the order of the configuration, whichever of them answered first.
    const Server& first = *servers_[std::min(id, server.id())];
    const Server& second = *servers_[std::max(id, server.id())];
    spdlog::warn(
        "servers [{}] and [{}] both call themselves '{}': if they are the same Asterisk, remove one of them; if not, "
        "give each its own systemname in asterisk.conf",
        first.config().section, second.config().section, base::printable(name, longest_name));
    return;
  }
}

}  // namespace amibroker::link
