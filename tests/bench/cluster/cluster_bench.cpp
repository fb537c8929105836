// SPDX-License-Identifier: Apache-2.0
//
// cluster-bench: the bus between sites beside the least loop on libnats, over three real servers of NATS.
//
// Usage: cluster-bench [--quick]. Exits with 1 if a message was lost although nothing was killed.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/cluster/ways.hpp"
#include "tests/system/daemon.hpp"

namespace amibroker::cluster_bench {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using engine_test::NatsCluster;

/// When each number was heard; 0 ns: never.
class Ledger {
 public:
  explicit Ledger(std::size_t numbers) : sent_(numbers), heard_(numbers) {}

  /// As 100 bytes, as many as a change of a device takes.
  static std::string payload(std::size_t number) {
    std::string text = std::to_string(number);
    text.resize(100, ' ');
    return text;
  }
  void sent(std::size_t number) { sent_[number] = Clock::now(); }
  void heard(std::string_view payload) {
    const auto now = Clock::now();
    const std::size_t number = std::stoul(std::string(payload));
    const std::lock_guard lock(mutex_);
    if (number >= heard_.size() || heard_[number] != Clock::time_point{}) return;
    heard_[number] = now;
    ++count_;
    if (last_ != Clock::time_point{}) longest_gap_ = std::max(longest_gap_, now - last_);
    last_ = now;
  }
  [[nodiscard]] std::size_t size() const noexcept { return sent_.size(); }
  [[nodiscard]] std::size_t count() const {
    const std::lock_guard lock(mutex_);
    return count_;
  }
  /// Of those that came, in ms.
  [[nodiscard]] double delay(double quantile) const {
    const std::lock_guard lock(mutex_);
    std::vector<double> delays;
    for (std::size_t i = 0; i < heard_.size(); ++i)
      if (heard_[i] != Clock::time_point{})
        delays.push_back(std::chrono::duration<double, std::milli>(heard_[i] - sent_[i]).count());
    if (delays.empty()) return 0;
    std::sort(delays.begin(), delays.end());
    return delays[static_cast<std::size_t>(quantile * static_cast<double>(delays.size() - 1))];
  }
  /// The longest time in which nothing came, in ms.
  [[nodiscard]] double longest_gap() const {
    const std::lock_guard lock(mutex_);
    return std::chrono::duration<double, std::milli>(longest_gap_).count();
  }

 private:
  std::vector<Clock::time_point> sent_;
  mutable std::mutex mutex_;  // guards what follows
  std::vector<Clock::time_point> heard_;
  Clock::time_point last_{};
  Clock::duration longest_gap_{};
  std::size_t count_ = 0;
};

void warm_up(base::EventLoop& loop, Way& way, const Ledger& ledger) {
  if (!cluster_test::run_until(loop, [&] {
        way.send(Ledger::payload(0));
        return ledger.count() > 0;
      }))
    throw std::runtime_error("nothing comes through");
}

void wait(base::EventLoop& loop, std::chrono::milliseconds time) {
  const auto end = Clock::now() + time;
  cluster_test::run_until(
      loop, [&] { return Clock::now() >= end; }, time + 1s);
}

/// 1,000 messages a second, one each millisecond; `in_the_middle` may do harm.
template <typename MakeWay, typename Middle>
void steadily(NatsCluster& engine, Ledger& ledger, MakeWay&& make, Middle&& in_the_middle) {
  base::EventLoop loop;
  const std::size_t numbers = ledger.size();
  const auto way = make(loop, engine, [&ledger](std::string_view payload) { ledger.heard(payload); });
  ledger.sent(0);
  warm_up(loop, *way, ledger);
  std::size_t next = 1;
  const auto timer = loop.every(1ms, [&] {
    if (next >= numbers) return;
    ledger.sent(next);
    way->send(Ledger::payload(next));
    ++next;
  });
  cluster_test::run_until(
      loop, [&] { return next >= numbers / 4; }, 60s);
  const std::size_t node = way->from();
  in_the_middle(engine.node(node), true);
  cluster_test::run_until(
      loop, [&] { return next >= numbers; }, 60s);
  wait(loop, 500ms);
  loop.cancel(timer);
  in_the_middle(engine.node(node), false);
}

template <typename MakeWay>
double rate(NatsCluster& engine, std::size_t numbers, MakeWay&& make) {
  base::EventLoop loop;
  Ledger ledger(numbers);
  const auto way = make(loop, engine, [&ledger](std::string_view payload) { ledger.heard(payload); });
  warm_up(loop, *way, ledger);
  const auto begin = Clock::now();
  std::size_t next = 1;
  std::function<void()> some = [&] {
    for (int i = 0; i < 1000 && next < numbers && way->send(Ledger::payload(next)); ++i) ++next;
    if (next < numbers) loop.post(some);
  };
  loop.post(some);
  cluster_test::run_until(
      loop, [&] { return ledger.count() >= numbers; }, 60s);
  const double took = std::chrono::duration<double>(Clock::now() - begin).count();
  if (ledger.count() < numbers) std::printf("  %zu of %zu came\n", ledger.count(), numbers);
  return ledger.count() < numbers ? 0 : static_cast<double>(numbers) / took;
}

void no_harm(engine_test::NatsServer&, bool) {}
void kill(engine_test::NatsServer& node, bool begins) {
  if (begins) node.kill();
  else node.start();
}
void freeze(engine_test::NatsServer& node, bool begins) {
  if (begins) node.freeze();
  else node.thaw();
}

template <typename Kind>
bool measure(NatsCluster& engine, const char* name, bool quick) {
  const auto make = [](base::EventLoop& loop, NatsCluster& over, Hears hears) {
    return std::make_unique<Kind>(loop, over, std::move(hears));
  };
  Ledger calm(quick ? 500 : 5000);
  steadily(engine, calm, make, no_harm);
  std::printf("%-9s to another node: median %.2f ms, p99 %.2f ms\n", name, calm.delay(0.5), calm.delay(0.99));
  const double messages = rate(engine, quick ? 10'000 : 300'000, make);
  std::printf("%-9s one client: %.0f messages/s of 100 bytes\n", name, messages);
  const std::size_t numbers = quick ? 4000 : 8000;
  Ledger killed(numbers);
  steadily(engine, killed, make, kill);
  std::printf("%-9s kill -9 of its node: %zu of %zu lost, nothing came for %.0f ms\n", name, numbers - killed.count(),
              numbers, killed.longest_gap());
  static_cast<void>(engine.is_whole());
  Ledger frozen(numbers);
  steadily(engine, frozen, make, freeze);
  std::printf("%-9s SIGSTOP of its node: %zu of %zu lost, nothing came for %.0f ms\n", name, numbers - frozen.count(),
              numbers, frozen.longest_gap());
  static_cast<void>(engine.is_whole());
  std::fflush(stdout);
  return calm.count() == calm.size() && messages > 0;
}

}  // namespace
}  // namespace amibroker::cluster_bench

int main(int argc, char** argv) {
  using namespace amibroker;
  spdlog::set_level(spdlog::level::off);
  const bool quick = argc > 1 && std::strcmp(argv[1], "--quick") == 0;
  const system_test::TemporaryFolder folder;
  engine_test::NatsCluster engine(folder.path());
  if (!engine.is_whole()) return 1;
  const bool least = cluster_bench::measure<cluster_bench::LeastWay>(engine, "least", quick);
  const bool bus = cluster_bench::measure<cluster_bench::BusWay>(engine, "bus", quick);
  return least && bus ? 0 : 1;
}
