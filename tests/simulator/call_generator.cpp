// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/call_generator.hpp"

#include <utility>

namespace amibroker::sim {
namespace {

constexpr int kUnanswered = 15;  // percent of the calls that ring
constexpr int kHeld = 20;        // percent of the steps of a call that is answered

DeviceState next_state(DeviceState state, int percent) {
  switch (state) {
    case DeviceState::not_inuse: return DeviceState::ringing;
    case DeviceState::ringing: return percent < kUnanswered ? DeviceState::not_inuse : DeviceState::inuse;
    case DeviceState::inuse: return percent < kHeld ? DeviceState::onhold : DeviceState::not_inuse;
    case DeviceState::onhold: return DeviceState::inuse;
    default: return DeviceState::not_inuse;
  }
}

}  // namespace

std::vector<Phone> number_phones(std::size_t servers, std::size_t phones_per_server) {
  std::size_t block = 100;
  while (block < phones_per_server) block *= 10;
  std::vector<Phone> phones;
  phones.reserve(servers * phones_per_server);
  for (std::size_t server = 0; server < servers; ++server) {
    for (std::size_t phone = 0; phone < phones_per_server; ++phone) {
      phones.push_back({server, "PJSIP/" + std::to_string((server + 1) * block + phone)});
    }
  }
  return phones;
}

CallScript::Step CallScript::next() {
  // Not std::uniform_int_distribution: its numbers differ between standard libraries.
  const auto phone = static_cast<std::size_t>(random_() % states_.size());
  const auto percent = static_cast<int>(random_() % 100);
  states_[phone] = next_state(states_[phone], percent);
  return {phone, states_[phone]};
}

CallGenerator::CallGenerator(Fleet& fleet, std::vector<Phone> phones, double rate, std::uint64_t seed,
                             std::vector<CallEvents> events)
    : fleet_(fleet),
      phones_(std::move(phones)),
      period_(1.0 / rate),
      script_(phones_.size(), seed),
      events_(std::move(events)),
      thread_([this] { play(); }) {}

void CallGenerator::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_wanted_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::uint64_t CallGenerator::changes() const {
  const std::lock_guard lock(mutex_);
  return changes_;
}

void CallGenerator::play() {
  const auto period = std::chrono::duration_cast<Clock::duration>(period_);
  auto next = Clock::now();
  std::unique_lock lock(mutex_);
  while (!stop_wanted_.wait_until(lock, next, [this] { return stopping_; })) {
    lock.unlock();
    const auto step = script_.next();
    const auto& phone = phones_[step.phone];
    if (!events_.empty()) {
      for (const auto& event : events_[phone.server].step(phone.device, step.state)) {
        fleet_[phone.server].publish(event);
      }
    }
    fleet_[phone.server].set_device_state(phone.device, step.state);
    next += period;
    const auto oldest = Clock::now() - std::chrono::seconds(1);
    if (next < oldest) next = oldest;
    lock.lock();
    ++changes_;
  }
}

}  // namespace amibroker::sim
