// SPDX-License-Identifier: Apache-2.0
#include "core/app/board_feed.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "core/app/commands.hpp"
#include "core/app/json_parts.hpp"

namespace amibroker::app {
namespace {

using control::Json;

constexpr std::size_t longest_rest = 100;  // of a lamp's text, besides its name and its cells; about

/// Names and reasons come from servers, and may be no UTF-8.
std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json lamp_json(const Lamp& lamp) {
  return {{"plugin", lamp.plugin}, {"name", lamp.name}, {"state", lamp.state.value_or("")}, {"cells", lamp.cells}};
}

Json change_json(const Lamp& lamp, std::chrono::steady_clock::time_point at) {
  Json change{{"at", time_text(at)},
              {"plugin", lamp.plugin},
              {"name", lamp.name},
              {"state", lamp.state.value_or("")},
              {"server", lamp.by && !lamp.by_site ? Json(*lamp.by) : Json(nullptr)}};
  if (lamp.by_site) change["site"] = *lamp.by;
  return change;
}

/// Nothing if it was counted with other bounds than ours.
std::optional<base::Histogram> histogram_of(const std::string& text) {
  using Bounds = decltype(base::Histogram::bounds);
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  try {
    const auto counts = json.at("counts").get<std::vector<std::uint64_t>>();
    const auto limits = json.at("limits_seconds").get<std::vector<double>>();
    std::array<std::uint64_t, std::tuple_size_v<Bounds> + 1> all{};
    if (counts.size() != all.size() ||
        !std::equal(limits.begin(), limits.end(), base::Histogram::bounds.begin(), base::Histogram::bounds.end()))
      return std::nullopt;
    std::copy(counts.begin(), counts.end(), all.begin());
    return base::Histogram::of(all, json.at("sum_seconds").get<double>());
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

}  // namespace

/// Holds all that was told before it was taken; what is told after that changes it.
struct BoardFeed::Snapshot {
  control::Feed::Mark mark;
  std::chrono::steady_clock::time_point at;
  Json servers;
  LampMirror::Lamps lamps;

  /// Thread of the control socket. Part 0 is the snapshot itself, without the lamps; empty: there are no more.
  [[nodiscard]] std::string part(std::size_t number) const {
    const std::size_t parts = (lamps.size() + lamps_a_part - 1) / lamps_a_part;
    if (number == 0)
      return control::event_text("snapshot", mark.last,
                                 text_of({{"seq", mark.last}, {"parts", parts}, {"servers", servers}}));
    if (number > parts) return {};
    Json part = Json::array();
    for (std::size_t i = (number - 1) * lamps_a_part; i < std::min(lamps.size(), number * lamps_a_part); ++i)
      part.push_back(lamp_json(*lamps[i]));
    return control::event_text("part", 0, text_of({{"lamps", std::move(part)}}));
  }
};

BoardFeed::BoardFeed(base::EventLoop& loop, const host::PluginHost& plugins, const link::Servers& servers, Pace pace)
    : loop_(loop),
      plugins_(plugins),
      servers_(servers),
      pace_(pace),
      feed_(control::Feed::Spec{{}, [this](const control::Arguments&) { return open(); }}),
      mirror_(plugins_of(),
              [this](const LampMirror::Shared& before, const LampMirror::Shared& now) { tell(before, now); }) {}

BoardFeed::~BoardFeed() { loop_.cancel(timer_); }

LampMirror::Plugins BoardFeed::plugins_of() {
  return {[this] {
            std::vector<std::string> names;
            for (const auto& plugin : plugins_.plugins())
              if (plugin->running()) names.emplace_back(plugin->name());
            return names;
          },
          [this](const std::string& name, std::string_view command, std::span<const Field> arguments,
                 host::PluginAnswered done) {
            auto* const plugin = find_plugin(plugins_, name);
            if (plugin == nullptr) return;
            plugin->ask(command, arguments, [share = share_, done = std::move(done)](host::PluginAnswer answer) {
              const LoopShare::Piece piece(*share);
              done(std::move(answer));
            });
          },
          [this](std::function<void()> task) {
            const auto rest = share_->rest(std::chrono::steady_clock::now());
            auto later = [share = share_, task = std::move(task)] {
              const LoopShare::Piece piece(*share);
              task();
            };
            if (rest.count() == 0) loop_.post(std::move(later));
            else loop_.after(rest, std::move(later));
          }};
}

// --- When to look ---------------------------------------------------------------------------------------------

void BoardFeed::go_on() {
  loop_.cancel(timer_);
  const auto pace = feed_.wanted() ? pace_.watched : pace_.counted;
  timer_ = loop_.after(std::max(pace, share_->rest(std::chrono::steady_clock::now())), [this] { look(); });
}

void BoardFeed::look() {
  timer_ = 0;
  if (!feed_.wanted() && loop_.now() >= counted_until_) {
    mirror_.forget();
    snapshot_.reset();
    shown_.clear();
    delays_.clear();
    return;
  }
  {
    const LoopShare::Piece piece(*share_);
    mirror_.look();
    if (loop_.now() < counted_until_ && loop_.now() >= delays_due_) ask_for_delays();
    if (feed_.wanted()) look_at_servers();
  }
  if (snapshot_ && std::chrono::steady_clock::now() - snapshot_->at >= pace_.snapshot) snapshot_.reset();
  go_on();
}

const BoardFeed::Counts* BoardFeed::counts() {
  counted_until_ = loop_.now() + pace_.patience;
  if (timer_ == 0) look();
  if (mirror_.size() == 0) return nullptr;
  counts_ = {mirror_.count('r'), mirror_.count('f'), mirror_.count('w'),
             mirror_.count('x'), mirror_.count('h'), mirror_.count('d')};
  return &counts_;
}

void BoardFeed::ask_for_delays() {
  delays_due_ = loop_.now() + pace_.counted;
  for (const auto& plugin : plugins_.plugins())
    if (plugin->running())
      plugin->ask("delays", {},
                  [this, alive = std::weak_ptr(alive_), name = std::string(plugin->name())](const auto& answer) {
                    if (alive.expired() || answer.kind != host::PluginAnswer::Kind::json) return;
                    if (const auto delays = histogram_of(answer.text)) delays_[name] = *delays;
                  });
}

// --- Servers --------------------------------------------------------------------------------------------------

BoardFeed::Shown BoardFeed::shown_of(const link::Server& server) const {
  const ServerInfo& info = plugins_.servers()[server.id()];
  return {true, server.up(), server.stopped(), server.since(), info.name};
}

void BoardFeed::look_at_servers() {
  ++looks_;
  shown_.resize(std::max<std::size_t>(shown_.size(), servers_.size()));
  for (ServerId id = 0; id < servers_.size(); ++id) {
    Shown& before = shown_[id];
    if (before.gone) continue;
    const link::Server& server = servers_.at(id);
    const Shown now = shown_of(server);
    const bool is_due = id % looks_a_round == looks_ % looks_a_round;
    const bool is_new =
        !before.told || now.up != before.up || now.since != before.since || now.label.data() != before.label.data();
    if (now.gone) {
      if (before.told) publish("server_gone", {{"id", id}});
    } else if (is_new || is_due) {
      publish("server", server_json(server, plugins_.servers()[id]));
    }
    before = now;
  }
}

// --- Lamps ----------------------------------------------------------------------------------------------------

void BoardFeed::tell(const LampMirror::Shared& before, const LampMirror::Shared& now) {
  if (!feed_.wanted()) return;
  if (now == nullptr)
    return publish_later("lamp", *before, [before] {
      Json gone = lamp_json(*before);
      gone["state"] = nullptr;
      return gone;
    });
  publish_later("lamp", *now, [now] { return lamp_json(*now); });
  if (before != nullptr && before->state != now->state)
    publish_later("change", *now, [now, at = std::chrono::steady_clock::now()] { return change_json(*now, at); });
}

void BoardFeed::publish(const char* event, const Json& data) { feed_.publish({event, text_of(data), {}}); }

/// The loop does not make the text. The first reader has it made, for all of them.
void BoardFeed::publish_later(const char* event, const Lamp& lamp, std::function<Json()> make) {
  control::Notice notice{event, {}, {}};
  notice.write = [make = std::move(make), text = std::string()]() mutable {
    if (text.empty()) text = text_of(make());
    return text;
  };
  notice.bytes = sizeof(Lamp) + 3 * (lamp.name.size() + lamp.cells.size() + longest_rest);
  feed_.publish(std::move(notice));
}

std::shared_ptr<const BoardFeed::Snapshot> BoardFeed::take_snapshot() {
  Json servers = Json::array();
  shown_.resize(std::max<std::size_t>(shown_.size(), servers_.size()));
  for (ServerId id = 0; id < servers_.size(); ++id) {
    const link::Server& server = servers_.at(id);
    shown_[id] = shown_of(server);
    if (!server.stopped()) servers.push_back(server_json(server, plugins_.servers()[id]));
  }
  return std::make_shared<const Snapshot>(
      Snapshot{feed_.mark(), std::chrono::steady_clock::now(), std::move(servers), mirror_.lamps()});
}

/// With many names it takes a while, so those who come again and again do not get a new one each time.
control::Feed::Opening BoardFeed::open() {
  if (timer_ == 0) look();
  go_on();
  if (!snapshot_ || std::chrono::steady_clock::now() - snapshot_->at >= pace_.snapshot ||
      !feed_.has_all_since(snapshot_->mark))
    snapshot_ = take_snapshot();
  return {snapshot_->mark.last,
          [snapshot = snapshot_, number = std::size_t{0}]() mutable { return snapshot->part(number++); }};
}

}  // namespace amibroker::app
