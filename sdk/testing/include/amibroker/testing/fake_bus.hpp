// SPDX-License-Identifier: Apache-2.0
//
// Brokers of several sites for tests of plugins, joined without a network: what the bus may do to a message, the hub
// does when the test says so. Since ABI 3.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "amibroker/bus.hpp"
#include "amibroker/testing/bus_rules.hpp"
#include "amibroker/testing/manual_clock.hpp"

namespace amibroker::testing {

/// What becomes of messages on the way from one machine to another.
struct FakeWay {
  std::chrono::microseconds least{0};   ///< a message takes at least so long,
  std::chrono::microseconds most{0};    ///< and at most so long,
  double late = 0;                      ///< but for this part of them,
  std::chrono::microseconds latest{0};  ///< which take up to so long
  double lost = 0;                      ///< this part never comes
  double twice = 0;                     ///< this part comes a second time, at any time
  bool cut = false;                     ///< nothing comes, nor does what is under way
};

/// What one member's section `[cluster]` says; see Bus::Info.
struct FakeBusInfo {
  std::string site;
  std::chrono::seconds lost_after{60};
  std::vector<std::string> share{};
  std::vector<std::string> accept{};
  bool hinted = false;
};

class FakeHub;

/// The bus as one broker sees it: a member of a hub, which makes it (FakeHub::join) and owns it.
class FakeBus final : public Bus {
 public:
  FakeBus(const FakeBus&) = delete;
  FakeBus& operator=(const FakeBus&) = delete;

  /// By how much this machine's clock is wrong. May be changed at any time, also backwards.
  std::chrono::milliseconds clock_off{0};

  /// Nothing is sent, as if too much waited for that.
  bool is_full = false;

  /// How everything comes to this member; empty: it is called at once. A host that stands still keeps the tasks.
  std::function<void(std::function<void()> task)> on_loop;

  /// Whether it is connected to the engine, if there is one.
  void set_connected(bool connected) {
    connected_ = connected;
    if (!connected) ++epoch_;
    tell_if_changed();
  }

  /// Throws away all that is under way to this member, and says so.
  void overflow();

  /// As if its broker was killed: nothing comes to it any more, and nothing is sent.
  void leave() noexcept {
    alive_ = false;
    pending_.clear();
  }

  [[nodiscard]] std::string_view site() const noexcept { return owned_.site; }
  [[nodiscard]] std::size_t machine() const noexcept { return machine_; }

  // Bus
  [[nodiscard]] const Info& info() const noexcept override { return info_; }
  [[nodiscard]] bool is_up() const noexcept override;
  void on_change(std::function<void(bool up)> changed) noexcept override { changed_ = std::move(changed); }
  void on_overflow(std::function<void(std::uint64_t count)> lost) noexcept override { lost_ = std::move(lost); }
  bool publish(std::string_view topic, std::string_view payload) noexcept override;
  bool subscribe(std::string_view topic, std::function<void(const Heard&)> heard) noexcept override;
  void unsubscribe(std::string_view topic) noexcept override {
    if (const auto found = topics_.find(topic); found != topics_.end()) topics_.erase(found);
  }
  void request(std::string_view site, std::string_view topic, std::string_view payload,
               std::chrono::milliseconds timeout,
               std::function<void(std::optional<std::string_view> answer)> done) noexcept override;
  bool serve(std::string_view topic,
             std::function<std::optional<std::string>(const Heard& question)> answer) noexcept override;
  [[nodiscard]] std::int64_t unix_ms() const noexcept override;

 private:
  friend class FakeHub;
  using TimePoint = std::chrono::steady_clock::time_point;
  using Hear = std::function<void(const Heard&)>;
  using Answer = std::function<std::optional<std::string>(const Heard&)>;
  struct Topic {
    TimePoint from;                    ///< what was sent before does not come
    std::shared_ptr<const Hear> hear;  ///< shared: it may unsubscribe while it is called
  };

  static constexpr std::size_t most_topics = 1000;

  FakeBus(FakeHub& hub, FakeBusInfo info, std::size_t machine)
      : hub_(hub),
        owned_(std::move(info)),
        share_(owned_.share.begin(), owned_.share.end()),
        accept_(owned_.accept.begin(), owned_.accept.end()),
        info_{owned_.site, owned_.lost_after, share_, accept_, owned_.hinted},
        machine_(machine) {}

  [[nodiscard]] bool may_send(std::string_view topic, std::string_view payload) const noexcept {
    return is_up() && !is_full && is_bus_topic(topic) && payload.size() <= most_payload;
  }

  /// Runs something of the plugin's, unless it was killed meanwhile.
  void run(std::function<void()> task) {
    auto unless_killed = [this, task = std::move(task)] {
      if (alive_) task();
    };
    if (on_loop) on_loop(std::move(unless_killed));
    else unless_killed();
  }
  void tell_if_changed() {
    const bool up = is_up();
    if (std::exchange(was_up_, up) == up) return;
    run([this, up] {
      if (const auto changed = changed_) changed(up);
    });
  }
  void hear(std::string_view from, const std::string& topic, const std::string& payload, TimePoint sent);
  void be_asked(FakeBus& asker, std::uint64_t id, const std::string& topic, const std::string& question);
  void finish(std::uint64_t id, std::optional<std::string_view> answer);

  FakeHub& hub_;
  const FakeBusInfo owned_;
  const std::vector<std::string_view> share_;
  const std::vector<std::string_view> accept_;
  const Info info_;
  const std::size_t machine_;
  bool alive_ = true;
  bool connected_ = true;
  bool was_up_ = true;
  std::uint64_t epoch_ = 0;      ///< what was sent to it in an earlier one does not come
  std::uint64_t under_way_ = 0;  ///< messages to it
  std::function<void(bool)> changed_;
  std::function<void(std::uint64_t)> lost_;
  std::map<std::string, Topic, std::less<>> topics_;
  std::map<std::string, std::shared_ptr<const Answer>, std::less<>> served_;
  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, std::function<void(std::optional<std::string_view>)>> pending_;
};

/// What joins the members. Messages go between machines; each member has one, and the next life of a broker may have
/// the machine of the one before, with its ways. Messages of one member about one topic come in their order, all others
/// in any. At first nothing takes time, and nothing is lost; but nothing ever comes within the call that sends it.
///
/// A hub is for one plugin, as topics belong to the plugin. One thread only. It outlives all that uses its members.
class FakeHub {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::microseconds;
  using Now = std::function<TimePoint()>;
  using Later = std::function<void(Duration delay, std::function<void()> task)>;
  using Chance = std::function<std::uint64_t()>;  ///< any number, each as likely as the next

  /// `later`: runs tasks that are due at the same time in the order in which it was given them.
  FakeHub(Now now, Later later, Chance chance)
      : now_(std::move(now)), later_(std::move(later)), chance_(std::move(chance)), start_(now_()) {}

  /// On a clock that a test moves, to the next whole millisecond each. FakeHost::stop forgets all timers of that
  /// host's clock, those of the hub as well: if there are several hosts, give the hub a clock of its own.
  explicit FakeHub(ManualClock& clock, std::uint64_t seed = 1)
      : FakeHub([&clock] { return clock.now(); },
                [&clock](Duration delay, std::function<void()> task) {
                  clock.start(std::chrono::ceil<std::chrono::milliseconds>(delay), {}, std::move(task));
                },
                [seed]() mutable {
                  // xorshift64*, which never comes to zero
                  seed = seed == 0 ? 1 : seed;
                  seed ^= seed >> 12U;
                  seed ^= seed << 25U;
                  seed ^= seed >> 27U;
                  return seed * 0x2545f4914f6cdd1dU;
                }) {}

  FakeHub(const FakeHub&) = delete;
  FakeHub& operator=(const FakeHub&) = delete;

  /// A new member, up if the engine is. `machine`: where it runs; none: on one of its own.
  FakeBus& join(FakeBusInfo info, std::optional<std::size_t> machine = std::nullopt) {
    const std::size_t number = machine.value_or(next_machine_);
    next_machine_ = std::max(next_machine_, number + 1);
    members_.push_back(std::unique_ptr<FakeBus>(new FakeBus(*this, std::move(info), number)));
    members_.back()->was_up_ = engine_;
    return *members_.back();
  }

  /// The way from one machine to another, to look at and to change.
  [[nodiscard]] FakeWay& way(std::size_t from, std::size_t to) {
    return ways_.try_emplace({from, to}, usual).first->second;
  }
  [[nodiscard]] FakeWay& way(const FakeBus& from, const FakeBus& to) { return way(from.machine_, to.machine_); }

  /// What a way is at first.
  FakeWay usual{};

  /// Between these two machines nothing comes any more, or all comes again; in both directions.
  void cut(const FakeBus& one, const FakeBus& other, bool on = true) { way(one, other).cut = way(other, one).cut = on; }

  /// Takes the engine away from all members, and what is under way with it, and brings it back.
  void set_engine(bool up) {
    engine_ = up;
    if (!up) ++epoch_;
    for (std::size_t i = 0; i < members_.size(); ++i)
      if (members_[i]->alive_) members_[i]->tell_if_changed();
  }

  enum class Kind : std::uint8_t { message, question, answer };
  /// Is told of each message that a member sends, whoever hears it.
  std::function<void(const FakeBus& from, Kind kind, std::string_view topic, std::string_view payload)> on_sent;

 private:
  friend class FakeBus;
  using Text = std::shared_ptr<const std::string>;

  [[nodiscard]] bool happens(double chance) {
    return chance > 0 && static_cast<double>(chance_() >> 11U) < chance * 9007199254740992.0;  // 2^53
  }
  [[nodiscard]] Duration between(Duration least, Duration most) {
    if (most <= least) return least;
    return least + Duration(chance_() % static_cast<std::uint64_t>((most - least).count() + 1));
  }
  [[nodiscard]] Duration delay(const FakeWay& way) {
    return happens(way.late) ? between(way.least, std::max(way.most, way.latest)) : between(way.least, way.most);
  }

  void note(const FakeBus& from, Kind kind, std::string_view topic, std::string_view payload) const {
    if (on_sent) on_sent(from, kind, topic, payload);
  }

  void publish(FakeBus& from, std::string_view topic, std::string_view payload) {
    note(from, Kind::message, topic, payload);
    const auto sent_topic = std::make_shared<const std::string>(topic);
    const auto sent = std::make_shared<const std::string>(payload);
    for (const auto& to : members_) {
      if (to.get() == &from || !to->alive_ || !to->topics_.contains(topic)) continue;
      carry(from, *to, topic, [&from, to = to.get(), sent_topic, sent, time = now_()] {
        to->hear(from.site(), *sent_topic, *sent, time);
      });
    }
  }

  /// Brings something from one member to the other, as the way between them says. `topic`: of what stays in order;
  /// empty: it does not.
  void carry(FakeBus& from, FakeBus& to, std::string_view topic, const std::function<void()>& arrive) {
    const FakeWay& way = this->way(from, to);
    if (way.cut || !to.is_up() || happens(way.lost)) return;
    const bool twice = happens(way.twice);
    std::chrono::nanoseconds wait = delay(way);
    if (!topic.empty()) {
      TimePoint& last = last_[{&from, &to, std::string(topic)}];
      last = std::max(last, now_() + wait);
      wait = last - now_();
    }
    deliver(from, to, wait, arrive);
    if (twice) deliver(from, to, wait + delay(way), arrive);
  }

  void deliver(FakeBus& from, FakeBus& to, std::chrono::nanoseconds delay, const std::function<void()>& arrive) {
    ++to.under_way_;
    later_(std::chrono::ceil<Duration>(delay), [this, &from, &to, arrive, epoch = epoch_, member_epoch = to.epoch_] {
      --to.under_way_;
      if (epoch == epoch_ && member_epoch == to.epoch_ && !way(from, to).cut) to.run(arrive);
    });
  }

  Now now_;
  Later later_;
  Chance chance_;
  TimePoint start_;
  bool engine_ = true;
  std::uint64_t epoch_ = 0;  ///< of the engine: what was sent in an earlier one does not come
  std::size_t next_machine_ = 0;
  std::vector<std::unique_ptr<FakeBus>> members_;  ///< those that have left as well: what is under way refers to them
  std::map<std::pair<std::size_t, std::size_t>, FakeWay> ways_;
  std::map<std::tuple<const FakeBus*, const FakeBus*, std::string>, TimePoint> last_;  ///< when the last message comes
};

inline bool FakeBus::is_up() const noexcept { return alive_ && connected_ && hub_.engine_; }

inline std::int64_t FakeBus::unix_ms() const noexcept {
  constexpr std::int64_t begin = 1'767'225'600'000;  // the first of January 2026
  const auto passed = std::chrono::floor<std::chrono::milliseconds>(hub_.now_() - hub_.start_);
  return begin + (passed + clock_off).count();
}

inline void FakeBus::overflow() {
  const std::uint64_t count = std::max<std::uint64_t>(under_way_, 1);
  ++epoch_;
  run([this, count] {
    if (const auto lost = lost_) lost(count);
  });
}

inline bool FakeBus::publish(std::string_view topic, std::string_view payload) noexcept {
  if (!may_send(topic, payload)) return false;
  hub_.publish(*this, topic, payload);
  return true;
}

inline bool FakeBus::subscribe(std::string_view topic, std::function<void(const Heard&)> heard) noexcept {
  if (!heard || !is_bus_topic(topic) || !alive_) return false;
  const auto found = topics_.find(topic);
  auto hear = std::make_shared<const Hear>(std::move(heard));
  if (found != topics_.end()) {
    found->second.hear = std::move(hear);
    return true;
  }
  if (topics_.size() >= most_topics) return false;
  // The engine learns of it as late as of anything else.
  topics_.emplace(topic, Topic{hub_.now_() + hub_.delay(hub_.usual), std::move(hear)});
  return true;
}

inline bool FakeBus::serve(std::string_view topic,
                           std::function<std::optional<std::string>(const Heard& question)> answer) noexcept {
  if (!answer || !is_bus_topic(topic) || !alive_) return false;
  if (served_.size() >= most_topics && !served_.contains(topic)) return false;
  served_.insert_or_assign(std::string(topic), std::make_shared<const Answer>(std::move(answer)));
  return true;
}

inline void FakeBus::request(std::string_view site, std::string_view topic, std::string_view payload,
                             std::chrono::milliseconds timeout,
                             std::function<void(std::optional<std::string_view> answer)> done) noexcept {
  using std::chrono::milliseconds;
  if (!alive_ || !done) return;
  const std::uint64_t id = ++last_id_;
  pending_.emplace(id, std::move(done));
  const bool sent = may_send(topic, payload) && is_bus_token(site);
  timeout = sent ? std::clamp(timeout, milliseconds(1), milliseconds(60'000)) : milliseconds(0);
  hub_.later_(timeout, [this, id] { run([this, id] { finish(id, std::nullopt); }); });
  if (!sent) return;
  hub_.note(*this, FakeHub::Kind::question, topic, payload);
  const auto sent_topic = std::make_shared<const std::string>(topic);
  const auto question = std::make_shared<const std::string>(payload);
  for (const auto& to : hub_.members_) {
    if (to.get() == this || !to->alive_ || to->site() != site) continue;
    hub_.carry(*this, *to, {},
               [this, to = to.get(), id, sent_topic, question] { to->be_asked(*this, id, *sent_topic, *question); });
  }
}

inline void FakeBus::hear(std::string_view from, const std::string& topic, const std::string& payload, TimePoint sent) {
  const auto found = topics_.find(topic);
  if (found == topics_.end() || sent < found->second.from) return;
  const auto hear = found->second.hear;
  (*hear)({from, topic, payload});
}

inline void FakeBus::be_asked(FakeBus& asker, std::uint64_t id, const std::string& topic, const std::string& question) {
  const auto found = served_.find(topic);
  if (found == served_.end()) return;
  const auto serve = found->second;
  const auto answer = (*serve)({{}, topic, question});
  if (!answer || !may_send(topic, *answer)) return;
  hub_.note(*this, FakeHub::Kind::answer, topic, *answer);
  hub_.carry(*this, asker, {},
             [&asker, id, text = std::make_shared<const std::string>(*answer)] { asker.finish(id, *text); });
}

inline void FakeBus::finish(std::uint64_t id, std::optional<std::string_view> answer) {
  const auto found = pending_.find(id);
  if (found == pending_.end()) return;
  const auto done = std::move(found->second);
  pending_.erase(found);
  done(answer);
}

}  // namespace amibroker::testing
