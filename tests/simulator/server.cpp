// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/server.hpp"

#include <mutex>
#include <stdexcept>

#include "tests/simulator/fleet.hpp"
#include "tests/simulator/server_core.hpp"

namespace amibroker::sim {
namespace {

constexpr std::chrono::seconds kLifeDeadline{5};

template <class Query>
auto locked(const ServerCore& core, Query query) {
  const std::lock_guard lock(core.mutex);
  return query(core.shared);
}

}  // namespace

std::size_t Server::index() const noexcept { return core_->index(); }
std::uint16_t Server::command_port() const noexcept { return core_->zmq() ? core_->zmq()->command_port() : 0; }
std::uint16_t Server::event_port() const noexcept { return core_->zmq() ? core_->zmq()->event_port() : 0; }
Module Server::module() const noexcept { return core_->options().module; }
Transport Server::transport() const noexcept { return core_->options().transport; }
std::uint16_t Server::ami_port() const noexcept { return core_->ami() ? core_->ami()->port() : 0; }

void Server::set_device_state(std::string_view device, DeviceState state) {
  fleet_->run(*core_, [&](ServerCore& core, Observer* observer) { core.set_device(device, state, observer); });
}

void Server::set_presence(std::string_view presentity, const Presence& presence) {
  fleet_->run(*core_, [&](ServerCore& core, Observer*) { core.set_presence(presentity, presence); });
}

void Server::set_mailbox(std::string_view mailbox, const MessageCounts& counts) {
  fleet_->run(*core_, [&](ServerCore& core, Observer*) { core.set_mailbox(mailbox, counts); });
}

void Server::publish(const Fields& event) {
  fleet_->run(*core_, [&](ServerCore& core, Observer*) { core.publish(event); });
}

void Server::publish_raw(const std::vector<std::string>& frames) {
  fleet_->run(*core_, [&](ServerCore& core, Observer*) { core.publish_raw(frames); });
}

void Server::publish_load_zmq() {
  fleet_->run(*core_, [](ServerCore& core, Observer*) { core.publish_load_zmq(); });
}

DeviceState Server::device_state(std::string_view device) const {
  return locked(*core_, [&](const SharedState& shared) { return shared.asterisk.device(device); });
}

DeviceState Server::lamp(std::string_view device) const {
  return locked(*core_, [&](const SharedState& shared) { return shared.asterisk.lamp(device); });
}

std::optional<Presence> Server::presence(std::string_view presentity) const {
  return locked(*core_, [&](const SharedState& shared) { return shared.asterisk.presence(presentity); });
}

std::optional<MessageCounts> Server::mailbox(std::string_view mailbox) const {
  return locked(*core_, [&](const SharedState& shared) {
    const auto& mailboxes = shared.asterisk.mailboxes();
    const auto found = mailboxes.find(mailbox);
    return found == mailboxes.end() ? std::nullopt : std::optional(found->second);
  });
}

ServerCounters Server::counters() const {
  return locked(*core_, [](const SharedState& shared) { return shared.counters; });
}

std::vector<Write> Server::history(std::string_view key) const {
  return locked(*core_, [&](const SharedState& shared) {
    std::vector<Write> result;
    for (const auto& write : shared.history) {
      if (key.empty() ? !write.key.starts_with("Custom:zmq-ami-broker") : write.key == key) result.push_back(write);
    }
    return result;
  });
}

std::set<std::string> Server::topics() const {
  return locked(*core_, [](const SharedState& shared) { return shared.topics; });
}

bool Server::has_broker() const {
  return locked(*core_,
                [](const SharedState& shared) { return shared.ami.asked || (!shared.topics.empty() && shared.asked); });
}

bool Server::is_alive() const {
  return locked(*core_, [](const SharedState& shared) { return shared.life == Life::alive; });
}

std::size_t Server::sessions() const {
  return locked(*core_, [](const SharedState& shared) { return shared.ami.sessions; });
}

std::uint64_t Server::logins() const {
  return locked(*core_, [](const SharedState& shared) { return shared.ami.logins; });
}

std::uint64_t Server::refused_logins() const {
  return locked(*core_, [](const SharedState& shared) { return shared.ami.refused_logins; });
}

std::vector<std::string> Server::filters() const {
  return locked(*core_, [](const SharedState& shared) { return shared.ami.filters; });
}

std::string Server::event_mask() const {
  return locked(*core_, [](const SharedState& shared) { return shared.ami.event_mask; });
}

std::uint64_t Server::events_sent() const {
  return locked(*core_, [](const SharedState& shared) { return shared.ami.events_sent; });
}

void Server::slow(std::chrono::milliseconds delay) {
  fleet_->run(*core_, [&](ServerCore& core, Observer*) { core.faults().slow(delay); });
}

void Server::silent(bool on) {
  fleet_->run(*core_, [&](ServerCore& core, Observer*) { core.faults().silent(on); });
}

void Server::mute_events(bool on) {
  fleet_->run(*core_, [&](ServerCore& core, Observer*) { core.faults().mute(on); });
}

void Server::lose_next_events(const std::string& name, std::size_t count) {
  fleet_->run(*core_, [&](ServerCore& core, Observer*) { core.faults().lose_next_events(name, count); });
}

void Server::lose_events(double probability, std::uint64_t seed) {
  fleet_->run(*core_, [&](ServerCore& core, Observer*) { core.faults().lose_events(probability, seed); });
}

void Server::lose_next_replies(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) plan_reply({.fault = ReplyFault::lost});
}

void Server::plan_reply(ReplyPlan plan) {
  fleet_->run(*core_, [&](ServerCore& core, Observer*) { core.faults().plan_reply(plan); });
}

void Server::clear_faults() {
  fleet_->run(*core_, [](ServerCore& core, Observer*) { core.faults().clear(); });
}

void Server::hold_silent(bool on) {
  on_ami([&](AmiEndpoint& ami) { ami.hold_silent(on); });
}

void Server::set_banner(const std::string& text) {
  on_ami([&](AmiEndpoint& ami) { ami.set_banner(text); });
}

void Server::reset_connections() {
  on_ami([](AmiEndpoint& ami) { ami.reset_connections(); });
}

void Server::reset_in_event() {
  auto event =
      locked(*core_, [](const SharedState& shared) { return shared.asterisk.event("DeviceStateChange", "call,all"); });
  event.insert(event.end(), {{"Device", "PJSIP/100"}, {"State", "RINGING"}});
  on_ami([&](AmiEndpoint& ami) { ami.reset_in_event(event); });
}

void Server::send_raw(const std::string& bytes) {
  on_ami([&](AmiEndpoint& ami) { ami.send_raw(bytes); });
}

void Server::freeze(bool on) {
  on_ami([&](AmiEndpoint& ami) { ami.freeze(on); });
}

void Server::on_ami(const std::function<void(AmiEndpoint&)>& fault) {
  if (!core_->ami()) throw std::logic_error("this fault is one of native servers");
  fleet_->run(*core_, [&](ServerCore& core, Observer*) {
    fault(*core.ami());
    core.show_ami();
  });
}

void Server::kill() {
  fleet_->run(*core_, [](ServerCore& core, Observer*) { core.begin_death(); });
  wait_for_life(false);
}

void Server::restart() {
  fleet_->run(*core_, [](ServerCore& core, Observer*) { core.begin_restart(); });
  wait_for_life(true);
}

void Server::wait_for_life(bool alive) {
  const auto wanted = alive ? Life::alive : Life::dead;
  const bool reached = fleet_->wait_until(Clock::now() + kLifeDeadline, [&] {
    return locked(*core_, [&](const SharedState& shared) { return shared.life == wanted; });
  });
  if (!reached) throw std::runtime_error("the simulated server did not come to its end or its start within 5 s");
}

}  // namespace amibroker::sim
