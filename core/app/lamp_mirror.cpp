// SPDX-License-Identifier: Apache-2.0
#include "core/app/lamp_mirror.hpp"

#include <simdjson.h>

#include <algorithm>
#include <utility>

namespace amibroker::app {
namespace {

std::optional<std::string> text_in(const simdjson::dom::element& object, std::string_view name) {
  std::string_view text;
  if (object[name].get(text) != simdjson::SUCCESS) return std::nullopt;
  return std::string(text);
}

bool flag_in(const simdjson::dom::element& object, std::string_view name) {
  bool flag = false;
  return object[name].get(flag) == simdjson::SUCCESS && flag;
}

}  // namespace

/// One answer; whatever is not as it should be is left out.
struct LampMirror::Page {
  bool is_sound = false;
  bool begins = false;
  bool more = false;
  std::optional<std::uint64_t> next{};
  std::vector<Lamp> lamps{};
  std::vector<std::string> gone{};

  static Page read(const std::string& plugin, const std::string& json) {
    Page page;
    simdjson::dom::parser parser;
    simdjson::dom::element all;
    if (parser.parse(json).get(all) != simdjson::SUCCESS || !all.is_object()) return page;
    page.is_sound = true;
    page.begins = flag_in(all, "begin");
    page.more = flag_in(all, "more");
    std::uint64_t next = 0;
    if (all["next"].get(next) == simdjson::SUCCESS) page.next = next;
    simdjson::dom::array items;
    if (all["lamps"].get(items) == simdjson::SUCCESS)
      for (const simdjson::dom::element item : items) {
        auto name = text_in(item, "name");
        auto site = text_in(item, "by_site");
        const bool by_site = site.has_value();
        if (name)
          page.lamps.push_back({plugin, *std::move(name), text_in(item, "state"),
                                by_site ? std::move(site) : text_in(item, "by"), by_site,
                                text_in(item, "cells").value_or("")});
      }
    if (all["gone"].get(items) == simdjson::SUCCESS)
      for (const simdjson::dom::element item : items) {
        std::string_view name;
        if (item.get(name) == simdjson::SUCCESS) page.gone.emplace_back(name);
      }
    return page;
  }
};

void LampMirror::look() {
  const auto names = plugins_.names();
  for (auto source = sources_.begin(); source != sources_.end();) {
    if (std::find(names.begin(), names.end(), source->first) != names.end() || source->second.asked) {
      ++source;
      continue;
    }
    ++source->second.round;
    drop_old(source->second);
    source = sources_.erase(source);
  }
  for (const std::string& name : names) {
    Source& source = sources_[name];
    if (!source.asked && !source.goes_on && !source.has_none) ask(name, source);
  }
}

void LampMirror::forget() {
  sources_.clear();
  counts_.fill(0);
  alive_ = std::make_shared<bool>();  // answers that are under way are void
}

void LampMirror::ask(const std::string& plugin, Source& source) {
  source.asked = true;
  const std::string from = std::to_string(source.next);
  const Field argument = source.follows ? Field{"changes", "yes"} : Field{"from", from};
  plugins_.ask(plugin, "lamps", {&argument, 1},
               [this, alive = std::weak_ptr(alive_), plugin](const host::PluginAnswer& answer) {
                 if (alive.expired()) return;
                 const auto found = sources_.find(plugin);
                 if (found == sources_.end()) return;
                 found->second.asked = false;
                 take(plugin, found->second, answer);
               });
}

void LampMirror::take(const std::string& plugin, Source& source, const host::PluginAnswer& answer) {
  source.has_none = answer.kind == host::PluginAnswer::Kind::unknown;
  if (answer.kind != host::PluginAnswer::Kind::json) return begin_anew(source);
  const Page page = Page::read(plugin, answer.text);
  if (!page.is_sound || page.begins) return begin_anew(source);
  take_page(plugin, source, page);
}

void LampMirror::take_page(const std::string& plugin, Source& source, const Page& page) {
  if (!source.follows && source.next == 0) ++source.round;
  for (const Lamp& lamp : page.lamps) put(plugin, source, lamp);
  for (const std::string& name : page.gone) drop(source, name);
  if (source.follows) {
    if (page.more) go_on(plugin, source);
    return;
  }
  // A plugin that does not get on with its pages must not be asked without end.
  source.follows = !page.next || *page.next <= source.next;
  source.next = page.next.value_or(0);
  if (source.follows) drop_old(source);
  go_on(plugin, source);
}

/// In a later turn: a plugin in this process answers at once, and servers must not wait for all pages.
void LampMirror::go_on(const std::string& plugin, Source& source) {
  source.goes_on = true;
  plugins_.soon([this, alive = std::weak_ptr(alive_), plugin] {
    if (alive.expired()) return;
    const auto found = sources_.find(plugin);
    if (found == sources_.end()) return;
    found->second.goes_on = false;
    if (!found->second.asked) ask(plugin, found->second);
  });
}

void LampMirror::put(const std::string& plugin, Source& source, Lamp lamp) {
  const auto found = source.lamps.find(lamp.name);
  if (found == source.lamps.end() && source.lamps.size() >= most_lamps) return;
  Known& known = found != source.lamps.end() ? found->second : source.lamps[lamp.name];
  known.round = source.round;
  if (known.lamp && *known.lamp == lamp) return;
  lamp.plugin = plugin;
  const auto before = std::exchange(known.lamp, std::make_shared<const Lamp>(std::move(lamp)));
  if (before) count_cells(*before, false);
  count_cells(*known.lamp, true);
  changed_(before, known.lamp);
}

void LampMirror::drop(Source& source, std::string_view name) {
  const auto found = source.lamps.find(name);
  if (found == source.lamps.end()) return;
  const auto lamp = found->second.lamp;
  source.lamps.erase(found);
  count_cells(*lamp, false);
  changed_(lamp, nullptr);
}

/// What the last round did not name.
void LampMirror::drop_old(Source& source) {
  std::vector<std::string> old;
  for (const auto& [name, known] : source.lamps)
    if (known.round != source.round) old.push_back(name);
  for (const std::string& name : old) drop(source, name);
}

void LampMirror::begin_anew(Source& source) {
  source.follows = false;
  source.next = 0;
}

void LampMirror::count_cells(const Lamp& lamp, bool add) noexcept {
  for (const char letter : lamp.cells) {
    auto& count = counts_[static_cast<unsigned char>(letter)];
    add ? ++count : --count;
  }
}

LampMirror::Lamps LampMirror::lamps() const {
  Lamps all;
  all.reserve(size());
  for (const auto& [plugin, source] : sources_)
    for (const auto& [name, known] : source.lamps) all.push_back(known.lamp);
  return all;
}

std::size_t LampMirror::size() const noexcept {
  std::size_t size = 0;
  for (const auto& [plugin, source] : sources_) size += source.lamps.size();
  return size;
}

}  // namespace amibroker::app
