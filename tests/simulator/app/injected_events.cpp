// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/app/injected_events.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "tests/simulator/text.hpp"

namespace amibroker::sim::app {
namespace {

bool is_header_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), allowed);
}

/// Adds a line's header to the event.
void take_header(Fields& event, std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_header_name(line.substr(0, colon)))
    throw std::runtime_error("this is no header: a name of letters, digits, - and _, a colon, and a value");
  const auto name = line.substr(0, colon);
  const auto value = trimmed(line.substr(colon + 1));
  if (event.empty() && (!equal_without_case(name, "Event") || value.empty()))
    throw std::runtime_error("an event begins with 'Event: NAME'");
  if (has_control_bytes(value)) throw std::runtime_error("the value holds a control byte");
  if (event.size() == kMostInjectedHeaders) throw std::runtime_error("an event has at most 500 headers");
  event.emplace_back(name, value);
}

}  // namespace

std::vector<Fields> parse_injected(std::string_view text, const std::string& file) {
  std::vector<Fields> events;
  bool goes_on = false;
  for (std::size_t number = 1; !text.empty(); ++number) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    try {
      if (!line.empty() && !goes_on) {
        if (events.size() == kMostInjectedEvents) throw std::runtime_error("a file holds at most 1000 events");
        events.emplace_back();
      }
      if (!line.empty()) take_header(events.back(), line);
      goes_on = !line.empty();
    } catch (const std::runtime_error& error) {
      throw std::runtime_error(file + ':' + std::to_string(number) + ": " + error.what());
    }
  }
  if (events.empty()) throw std::runtime_error(file + ": there is no event in it");
  return events;
}

std::vector<Fields> read_injected(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(kLargestInjectedFile + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad() || (in.fail() && !in.eof())) throw std::runtime_error(file + ": cannot be read");
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > kLargestInjectedFile) throw std::runtime_error(file + ": is larger than 1,000,000 bytes");
  return parse_injected(text, file);
}

}  // namespace amibroker::sim::app
