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

/// Names and reasons come from servers, and may be no UTF-8.
std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json lamp_json(const Lamp& lamp) {
  return {{"plugin", lamp.plugin}, {"name", lamp.name}, {"state", lamp.state.value_or("")}, {"cells", lamp.cells}};
}

Json change_json(const Lamp& lamp) {
  return {{"at", time_text(std::chrono::steady_clock::now())},
          {"plugin", lamp.plugin},
          {"name", lamp.name},
          {"state", lamp.state.value_or("")},
          {"server", lamp.by ? Json(*lamp.by) : Json(nullptr)}};
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

LampMirror::Plugins lamps_of(base::EventLoop& loop, const host::PluginHost& plugins) {
  return {[&plugins] {
            std::vector<std::string> names;
            for (const auto& plugin : plugins.plugins())
              if (plugin->running()) names.emplace_back(plugin->name());
            return names;
          },
          [&plugins](const std::string& name, std::string_view command, std::span<const Field> arguments,
                     host::PluginAnswered done) {
            if (auto* const plugin = find_plugin(plugins, name)) plugin->ask(command, arguments, std::move(done));
          },
          [&loop](std::function<void()> task) { loop.post(std::move(task)); }};
}

}  // namespace

BoardFeed::BoardFeed(base::EventLoop& loop, const host::PluginHost& plugins, const link::Servers& servers, Pace pace)
    : loop_(loop),
      plugins_(plugins),
      servers_(servers),
      pace_(pace),
      feed_(control::Feed::Spec{{}, [this](const control::Arguments&) { return open(); }}),
      mirror_(lamps_of(loop, plugins), [this](const Lamp* before, const Lamp* now) { tell(before, now); }) {}

BoardFeed::~BoardFeed() { loop_.cancel(timer_); }

// --- When to look ---------------------------------------------------------------------------------------------

void BoardFeed::go_on() {
  loop_.cancel(timer_);
  timer_ = loop_.after(feed_.wanted() ? pace_.watched : pace_.counted, [this] { look(); });
}

void BoardFeed::look() {
  timer_ = 0;
  if (!feed_.wanted() && loop_.now() >= counted_until_) {
    mirror_.forget();
    shown_.clear();
    delays_.clear();
    return;
  }
  mirror_.look();
  if (loop_.now() < counted_until_ && loop_.now() >= delays_due_) ask_for_delays();
  if (feed_.wanted()) look_at_servers();
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

void BoardFeed::tell(const Lamp* before, const Lamp* now) {
  if (!feed_.wanted()) return;
  if (now == nullptr) {
    Json gone = lamp_json(*before);
    gone["state"] = nullptr;
    return publish("lamp", gone);
  }
  publish("lamp", lamp_json(*now));
  if (before != nullptr && before->state != now->state) publish("change", change_json(*now));
}

void BoardFeed::publish(const char* event, const Json& data) { feed_.publish({event, text_of(data), {}}); }

/// What is told after this call changes what the snapshot holds, so it must hold all that was told before.
std::function<std::string()> BoardFeed::open() {
  if (timer_ == 0) look();
  go_on();
  Json servers = Json::array();
  shown_.resize(std::max<std::size_t>(shown_.size(), servers_.size()));
  for (ServerId id = 0; id < servers_.size(); ++id) {
    const link::Server& server = servers_.at(id);
    shown_[id] = shown_of(server);
    if (!server.stopped()) servers.push_back(server_json(server, plugins_.servers()[id]));
  }
  return [seq = feed_.last(), servers = std::move(servers), lamps = mirror_.lamps()]() mutable {
    const std::size_t parts = (lamps.size() + lamps_a_part - 1) / lamps_a_part;
    std::string text = control::event_text("snapshot", seq,
                                           text_of({{"seq", seq}, {"parts", parts}, {"servers", std::move(servers)}}));
    for (std::size_t begin = 0; begin < lamps.size(); begin += lamps_a_part) {
      Json part = Json::array();
      for (std::size_t i = begin; i < std::min(lamps.size(), begin + lamps_a_part); ++i)
        part.push_back(lamp_json(*lamps[i]));
      text += control::event_text("part", 0, text_of({{"lamps", std::move(part)}}));
    }
    return text;
  };
}

}  // namespace amibroker::app
