// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/marks.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <random>
#include <utility>

namespace amibroker::replication {
namespace {

template <typename Number>
std::string number_text(Number number, int base) {
  std::array<char, 20> digits{};
  return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number, base).ptr};
}

/// Takes a number off the front, and the character `then` after it; at the end, if that is 0.
template <typename Number>
bool take(std::string_view& text, Number& number, int base, char then) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (then == '\0') return text.empty();
  if (!text.starts_with(then)) return false;
  text.remove_prefix(1);
  return true;
}

bool take_plugin(std::string_view& text, std::string_view plugin) {
  if (!text.starts_with(plugin) || text.size() == plugin.size() || text[plugin.size()] != '-') return false;
  text.remove_prefix(plugin.size() + 1);
  return true;
}

}  // namespace

Life begin_life() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count()),
          std::random_device()()};
}

std::string text_of(const Life& life) { return number_text(life.began_us, 10) + "." + number_text(life.salt, 16); }

void add_mark(Action& action, std::string_view plugin, const Mark& mark) {
  action.add("Mark", std::string(plugin) + "-" + text_of(mark.life) + "-" + number_text(mark.number, 10))
      .add("Fleet", number_text(mark.fleet, 16))
      .add("Section", mark.section)
      .add("Reach", number_text(mark.reach, 10))
      .add("Leads", mark.leads ? "yes" : "no");
}

std::optional<Mark> read_mark(std::string_view plugin, const Message& event) {
  if (event["UserEvent"] != broker_event) return std::nullopt;
  std::string_view text = event["Mark"];
  std::string_view fleet = event["Fleet"];
  std::string_view reach = event["Reach"];
  const std::string_view leads = event["Leads"];
  Mark mark;
  mark.section = event["Section"];
  mark.leads = leads == "yes";
  const bool well_formed = take_plugin(text, plugin) && take(text, mark.life.began_us, 10, '.') &&
                           take(text, mark.life.salt, 16, '-') && take(text, mark.number, 10, '\0') &&
                           take(fleet, mark.fleet, 16, '\0') && take(reach, mark.reach, 10, '\0') &&
                           (mark.leads || leads == "no");
  return well_formed ? std::optional(mark) : std::nullopt;
}

void FleetSign::add(std::string_view text) noexcept {
  for (const char c : text) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  hash_ = (hash_ ^ 0xffU) * 0x100000001b3U;  // no byte of UTF-8: ends the text
}

}  // namespace amibroker::replication
