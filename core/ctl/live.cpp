// SPDX-License-Identifier: Apache-2.0
#include "core/ctl/live.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

#include "core/base/printable.hpp"
#include "core/ctl/table.hpp"

namespace amibroker::ctl {
namespace {

constexpr std::size_t longest_line = 1000;

/// "2026-01-02T03:04:05.678Z" as "03:04:05.678": who watches knows which day it is.
std::string time_of(const std::string& at) { return at.size() == 24 ? at.substr(11, 12) : at; }

std::string value_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string event_line(std::string_view type, const Json& data) {
  if (type == "gap") {
    const Json& missed = data.at("missed");
    return missed.is_null() ? "-- something is missing here: the broker began anew"
                            : "-- " + missed.dump() + " are missing here: they came too fast";
  }
  std::string text = time_of(data.at("at").get<std::string>()) + "  " + data.at("server").get<std::string>() + "  " +
                     data.at("event").get<std::string>();
  if (const auto count = data.find("count"); count != data.end() && !count->is_null()) text += "  " + count->dump();
  if (const auto fields = data.find("fields"); fields != data.end())
    for (const auto& [name, value] : fields->items())
      if (name != "Privilege" && value != "") text += "  " + name + "=" + value_text(value);
  return text;
}

/// How often in a second, with one digit after the point.
double rate(const Json& before, const Json& now, double seconds) {
  const auto old_value = before.is_number() ? before.get<double>() : 0;
  const auto new_value = now.get<double>();
  const double more = new_value >= old_value ? new_value - old_value : new_value;
  return static_cast<double>(static_cast<std::int64_t>(more / seconds * 10 + 0.5)) / 10;
}

/// The one of `list` that has this value under `key`; null if there is none.
Json find_in(const Json& list, const char* key, const Json& value) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const Json& one) { return one.at(key) == value; });
  return found == list.end() ? Json(nullptr) : *found;
}

Json value_in(const Json& object, const char* key) { return object.is_object() ? object.value(key, Json()) : Json(); }

Json server_rates(const Json& before, const Json& now, double seconds) {
  const Json old_counters = value_in(before, "counters");
  const auto rate_of = [&](const char* counter) {
    return rate(value_in(old_counters, counter), now.at("counters").at(counter), seconds);
  };
  return {{"section", now.at("section")},
          {"up", now.at("up")},
          {"events_per_second", rate_of("events")},
          {"actions_per_second", rate_of("actions")},
          {"in_flight", now.at("in_flight")},
          {"queued", now.at("queued")},
          {"latency_seconds", now.at("latency_seconds")},
          {"lost_events", now.at("counters").at("lost_events")},
          {"timeouts", now.at("counters").at("timeouts")}};
}

std::string with_digit(const Json& number) {
  std::array<char, 40> text{};
  const int size = std::snprintf(text.data(), text.size(), "%.1f", number.get<double>());
  return {text.data(), static_cast<std::size_t>(size)};
}

std::string milliseconds(const Json& quantiles, const char* which) {
  return quantiles.is_null() ? "-" : with_digit(quantiles.at(which).get<double>() * 1000) + " ms";
}

}  // namespace

std::string live_line(std::string_view type, const Json& data) {
  std::string text;
  try {
    text = event_line(type, data);
  } catch (const Json::exception&) {  // of a broker that is older or newer
    text = value_text(data);
  }
  return base::printable(text, longest_line) + '\n';
}

Figures figures_of(const Client& client) {
  Figures figures{std::chrono::steady_clock::now(), client.get("/v1/status"), client.get("/v1/servers"),
                  client.get("/v1/plugins")};
  return figures;
}

Json rates_of(const Figures& before, const Figures& now) {
  const double seconds = std::max(0.001, std::chrono::duration<double>(now.at - before.at).count());
  Json servers = Json::array(), plugins = Json::array();
  for (const Json& server : now.servers.at("servers"))
    servers.push_back(server_rates(find_in(before.servers.at("servers"), "id", server.at("id")), server, seconds));
  for (const Json& plugin : now.plugins.at("plugins")) {
    const Json old_plugin = find_in(before.plugins.at("plugins"), "name", plugin.at("name"));
    plugins.push_back(
        {{"name", plugin.at("name")},
         {"state", plugin.at("state")},
         {"calls_per_second", rate(value_in(old_plugin, "calls"), plugin.at("calls"), seconds)},
         {"busy_percent", rate(value_in(old_plugin, "busy_seconds"), plugin.at("busy_seconds"), seconds / 100)},
         {"faults", plugin.at("faults")}});
  }
  return {{"health", now.status.at("health")},
          {"lamps", now.status.value("lamps", Json())},
          {"servers", std::move(servers)},
          {"plugins", std::move(plugins)}};
}

std::string rates_text(const Json& rates) {
  std::string text = base::printable(rates.at("health").get<std::string>(), longest_line);
  if (rates.at("lamps").is_object())
    for (const auto& [name, number] : rates.at("lamps").items()) text += ", " + number.dump() + " lamps " + name;
  text += '\n';
  std::vector<std::vector<std::string>> rows{
      {"SERVER", "STATE", "EVENTS/S", "ACTIONS/S", "IN FLIGHT", "QUEUED", "P50", "P99", "LOST", "TIMEOUTS"}};
  for (const Json& server : rates.at("servers")) {
    const Json& quantiles = server.at("latency_seconds");
    rows.push_back({server.at("section"), server.at("up") == true ? "up" : "down",
                    with_digit(server.at("events_per_second")), with_digit(server.at("actions_per_second")),
                    server.at("in_flight").dump(), server.at("queued").dump(), milliseconds(quantiles, "p50"),
                    milliseconds(quantiles, "p99"), server.at("lost_events").dump(), server.at("timeouts").dump()});
  }
  text += table_text(rows);
  rows = {{"PLUGIN", "STATE", "CALLS/S", "BUSY", "FAULTS"}};
  for (const Json& plugin : rates.at("plugins"))
    rows.push_back({plugin.at("name"), plugin.at("state"), with_digit(plugin.at("calls_per_second")),
                    with_digit(plugin.at("busy_percent")) + " %", plugin.at("faults").dump()});
  return text + table_text(rows);
}

}  // namespace amibroker::ctl
