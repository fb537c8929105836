// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/sites/site_commands.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <span>

#include "plugins/replication/answer_text.hpp"

namespace amibroker::replication {
namespace {

std::string_view text_of(bool is_so) { return is_so ? "true" : "false"; }

std::string milliseconds_text(std::chrono::nanoseconds length) {
  return seconds_text(std::chrono::duration<double, std::milli>(length).count());
}

}  // namespace

void SiteCommands::add_to(Commands& commands) {
  commands.answer("cluster", [this](std::span<const Field> arguments) { return cluster(page_argument(arguments)); });
}

std::string SiteCommands::cluster(std::size_t from) const {
  std::string out = "{";
  add_text(out, "site", sites_.site());
  add_raw(out, "up", text_of(sites_.is_up()));
  add_raw(out, "speaks", text_of(sites_.speaks()));
  add_raw(out, "other_speaks", text_of(sites_.other_speaks()));
  add_raw(out, "epoch", std::to_string(sites_.epoch()));
  add_raw(out, "lost_after_seconds", std::to_string(sites_.lost_after().count()));
  out += R"(,"cluster":[)";
  const auto& known = sites_.watch().sites();
  const std::size_t begin = std::min(from, known.size());
  const std::size_t end = std::min(begin + sites_a_page, known.size());
  auto at = std::next(known.begin(), static_cast<std::ptrdiff_t>(begin));
  for (std::size_t i = begin; i < end; ++i, ++at) {
    next_item(out);
    add_site(out, at->first, at->second);
  }
  out += ']';
  add_raw(out, "next", end < known.size() ? std::to_string(end) : "null");
  return out += '}';
}

void SiteCommands::add_site(std::string& out, std::string_view name, const SiteWatch::Site& site) const {
  const bool is_lost = sites_.watch().is_lost(site);
  out += '{';
  add_text(out, "site", name);
  add_text(out, "state", is_lost ? "lost" : site.differs ? "differs" : "there");
  add_raw(out, "since_seconds", seconds_since(is_lost ? site.heard + sites_.lost_after() : site.since));
  add_raw(out, "heard_seconds", seconds_since(site.heard));
  add_raw(out, "clock_ahead_ms", std::to_string(site.ahead_ms));
  add_raw(out, "round_trip_ms", site.round_trip ? milliseconds_text(*site.round_trip) : "null");
  add_raw(out, "unanswered", std::to_string(site.unanswered));
  add_taken(out, name);
  out += '}';
}

void SiteCommands::add_taken(std::string& out, std::string_view name) const {
  const auto found = sites_.sites().find(name);
  const Receiver::Site none{};
  const bool is_taken = found != sites_.sites().end();
  const Receiver::Site& site = is_taken ? found->second : none;
  add_raw(out, "epoch", is_taken ? std::to_string(site.epoch) : "null");
  add_raw(out, "complete", text_of(site.complete));
  add_raw(out, "reading", text_of(is_taken && sites_.is_reading(site)));
  add_raw(out, "gaps", std::to_string(site.gaps));
  add_raw(out, "snapshots", std::to_string(site.snapshots));
  add_raw(out, "names", std::to_string(is_taken ? sites_.remote().brought_by(site.id) : 0));
  out += R"(,"zones":[)";
  std::size_t count = 0;
  if (is_taken)
    sites_.each_zone(site, [&](std::string_view zone) {
      if (++count > most_zones) return;
      next_item(out);
      append_json(out, zone);
    });
  out += ']';
}

std::string SiteCommands::seconds_since(TimePoint then) const {
  return seconds_text(std::max(std::chrono::duration<double>(host_.now() - then).count(), 0.0));
}

}  // namespace amibroker::replication
