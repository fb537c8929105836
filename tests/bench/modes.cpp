// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/modes.hpp"

#include <algorithm>

#include "tests/bench/noise.hpp"

namespace amibroker::bench {

namespace {

Latency summarize(std::string name, std::vector<double>& samples) {
  Latency out{std::move(name), samples.size(), 0, 0, 0};
  if (samples.empty()) return out;
  std::sort(samples.begin(), samples.end());
  out.median_us = samples[samples.size() / 2];
  out.p99_us = samples[samples.size() * 99 / 100];
  out.max_us = samples.back();
  return out;
}

/// Keeps a number of changes under way until `limit` of them have begun.
class ClosedLoop {
 public:
  ClosedLoop(Stage& stage, std::size_t outstanding, std::uint64_t limit) : stage_(stage), left_(limit) {
    stage_.on_write([this](std::size_t, const Ledger::Write& write) {
      if (write.complete) begin_next();
    });
    for (std::size_t begun = 0; begun < outstanding; ++begun) begin_next();
  }
  ~ClosedLoop() { stage_.on_write(nullptr); }
  ClosedLoop(const ClosedLoop&) = delete;
  ClosedLoop& operator=(const ClosedLoop&) = delete;

  void stop() { left_ = 0; }

 private:
  void begin_next() {
    if (left_ == 0) return;
    if (const auto device = stage_.ledger().take_any()) {
      --left_;
      stage_.change(*device);
    }
  }

  Stage& stage_;
  std::uint64_t left_;
};

/// Stretches of noise, each closed by a device state: once that is written everywhere, the noise has been consumed.
class NoiseLoop {
 public:
  NoiseLoop(Stage& stage, const Settings& settings) : stage_(stage), length_(settings.noise_per_marker) {
    for (std::size_t server = 0; server < stage_.fleet().size(); ++server) {
      noise_.push_back(noise_events(stage_.fleet().system_name(server)));
    }
    stage_.on_write([this](std::size_t, const Ledger::Write& write) {
      if (!write.complete) return;
      consumed_ += length_;
      if (running_) send_stretch(stage_.ledger().home(write.device));
    });
    for (std::size_t ahead = 0; ahead < settings.markers; ++ahead) {
      for (std::size_t server = 0; server < noise_.size(); ++server) send_stretch(server);
    }
  }
  ~NoiseLoop() { stage_.on_write(nullptr); }
  NoiseLoop(const NoiseLoop&) = delete;
  NoiseLoop& operator=(const NoiseLoop&) = delete;

  void stop() { running_ = false; }
  std::uint64_t consumed() const { return consumed_; }

 private:
  void send_stretch(std::size_t server) {
    const auto& events = noise_[server];
    for (std::size_t at = 0; at < length_; ++at) stage_.fleet().publish(server, events[at % events.size()]);
    if (const auto device = stage_.ledger().take(server)) stage_.change(*device);
  }

  Stage& stage_;
  std::size_t length_;
  std::vector<std::vector<std::string>> noise_;
  std::uint64_t consumed_ = 0;
  bool running_ = true;
};

/// Changes at a fixed rate from servers 0..origins-1; the times of the writes to these servers.
std::vector<double> open_loop(Stage& stage, const Settings& settings, std::size_t origins, double seconds) {
  std::vector<double> samples;
  stage.on_write([&](std::size_t server, const Ledger::Write& write) {
    if (server >= origins) return;
    const auto time = Clock::now() - stage.ledger().changed_at(write.device);
    samples.push_back(std::chrono::duration<double, std::micro>(time).count());
  });
  const auto begin = Clock::now();
  const auto changes = static_cast<std::size_t>(settings.rate * seconds);
  for (std::size_t at = 0; at < changes; ++at) {
    const Seconds due(static_cast<double>(at) / settings.rate);
    stage.run_until(begin + std::chrono::duration_cast<Clock::duration>(due));
    const auto device = stage.ledger().take(at % origins);
    if (!device) continue;
    stage.change(*device);
    stage.fleet().flush();
  }
  stage.drain(Seconds(settings.stall));
  stage.on_write(nullptr);
  return samples;
}

}  // namespace

Report measure_actions(Stage& stage, const Settings& settings, pid_t broker) {
  ClosedLoop loop(stage, settings.outstanding, UINT64_MAX);
  stage.run_for(Seconds(settings.warmup));
  Window window(broker, stage.ledger().tally().writes);
  stage.run_for(Seconds(settings.seconds));
  window.close(stage.ledger().tally().writes);
  loop.stop();
  stage.drain(Seconds(settings.stall));
  return {window, {}, {}};
}

Report measure_noise(Stage& stage, const Settings& settings, pid_t broker) {
  NoiseLoop loop(stage, settings);
  stage.run_for(Seconds(settings.warmup));
  Window window(broker, loop.consumed());
  stage.run_for(Seconds(settings.seconds));
  window.close(loop.consumed());
  loop.stop();
  stage.drain(Seconds(settings.stall));
  return {window, {}, {}};
}

Report measure_latency(Stage& stage, const Settings& settings) {
  const auto all = stage.fleet().size();
  open_loop(stage, settings, all, settings.warmup);
  auto samples = open_loop(stage, settings, all, settings.seconds);
  return {{}, {summarize("all", samples)}, {}};
}

Report measure_dead(Stage& stage, const Settings& settings) {
  const auto dead = stage.fleet().size() - 1;
  open_loop(stage, settings, dead, settings.warmup);
  auto before = open_loop(stage, settings, dead, settings.seconds);
  stage.ledger().exclude(dead);
  stage.fleet().kill(dead);
  auto after = open_loop(stage, settings, dead, settings.seconds);
  return {{}, {summarize("all alive", before), summarize("one dead", after)}, {}};
}

Report measure_resync(Stage& stage, const Settings& settings, pid_t broker) {
  Window window(broker, 0);
  stage.drain(Seconds(settings.stall));
  window.close(stage.ledger().tally().writes);
  return {window, {}, memory_of(broker)};
}

Report measure_memory(Stage& stage, const Settings& settings, pid_t broker) {
  Window window(broker, 0);
  {
    ClosedLoop loop(stage, settings.outstanding, settings.devices);
    stage.drain(Seconds(settings.stall));
  }
  window.close(stage.ledger().tally().writes);
  stage.run_for(Seconds(1));  // what the broker frees after its work is no longer counted
  return {window, {}, memory_of(broker)};
}

}  // namespace amibroker::bench
