// SPDX-License-Identifier: Apache-2.0
#include "core/ctl/own_commands.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>

#include "core/ctl/live.hpp"

namespace amibroker::ctl {
namespace {

constexpr std::uint64_t longest_pause_s = 3600;

Json argument(const char* name, const char* type, const char* help) {
  return {{"name", name}, {"type", type}, {"required", false}, {"help", help}};
}

/// What the user left out is `usual`.
std::uint64_t number_of(const Question& question, const char* name, std::uint64_t usual, std::uint64_t most) {
  const auto given = question.arguments.find(name);
  if (given == question.arguments.end()) return usual;
  const auto& text = given->get_ref<const std::string&>();
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 1 || number > most)
    throw WrongUse{"--" + std::string(name) + ": write a number from 1 to " + std::to_string(most)};
  return number;
}

/// Somebody may read what comes, line by line.
void print(const std::string& text) {
  if (std::fputs(text.c_str(), stdout) < 0 || std::fflush(stdout) != 0)
    throw std::runtime_error("the output cannot be written");
}

std::string one_line(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n'; }

void watch(const Client& client, const Question& question, bool json) {
  std::string target = "/v1/events";
  if (const std::size_t query = question.target.find('?'); query != std::string::npos)
    target += question.target.substr(query);
  client.listen(target, [&](std::string_view event, const Json& data) {
    if (!json) return print(live_line(event, data));
    Json line = data;
    line["type"] = event;
    print(one_line(line));
  });
}

void top(const Client& client, const Question& question, bool json) {
  const std::chrono::seconds pause(number_of(question, "every", 2, longest_pause_s));
  std::optional<std::uint64_t> rounds;
  if (question.arguments.contains("count")) rounds = number_of(question, "count", 1, 1'000'000'000);
  const bool redraws = !json && ::isatty(STDOUT_FILENO) == 1;
  Figures before = figures_of(client);
  while (!rounds || (*rounds)-- > 0) {
    std::this_thread::sleep_for(pause);
    Figures now = figures_of(client);
    const Json rates = rates_of(before, now);
    if (json) print(one_line(rates));
    else print((redraws ? "\x1b[H\x1b[J" : "") + rates_text(rates) + (redraws ? "" : "\n"));
    before = std::move(now);
  }
}

struct Own {
  std::string_view name;
  void (*run)(const Client& client, const Question& question, bool json);
};

constexpr Own own[] = {{"watch", watch}, {"top", top}};

const Own* find_own(std::string_view name) {
  const auto* const found = std::find_if(std::begin(own), std::end(own), [&](const Own& o) { return o.name == name; });
  return found == std::end(own) ? nullptr : found;
}

}  // namespace

Json with_own_commands(Json commands) {
  Json& list = commands.at("commands");
  list.push_back({{"name", "watch"},
                  {"level", "look"},
                  {"help", "what comes of the servers, as it comes, until you end it"},
                  {"arguments",
                   {argument("server", "text", "only of servers whose section or name matches this glob"),
                    argument("name", "text", "only if what the event is about matches this glob: PJSIP/1*"),
                    argument("event", "text", "only events whose name matches this glob")}}});
  list.push_back({{"name", "top"},
                  {"level", "look"},
                  {"help", "servers and plugins with their figures by the second, again and again"},
                  {"arguments",
                   {argument("every", "number", "seconds between two looks (default: 2)"),
                    argument("count", "number", "how many looks (default: until you end it)")}}});
  std::sort(list.begin(), list.end(), [](const Json& a, const Json& b) { return a.at("name") < b.at("name"); });
  return commands;
}

bool is_own_command(std::string_view name) { return find_own(name) != nullptr; }

void run_own_command(const Client& client, const Question& question, bool json) {
  find_own(question.command)->run(client, question, json);
}

}  // namespace amibroker::ctl
