// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/presence.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "tests/simulator/text.hpp"

namespace amibroker::sim {
namespace {

constexpr std::array<std::string_view, 7> kStates{"not_set", "unavailable", "available", "away", "xa", "chat", "dnd"};
constexpr std::size_t kDecodedLimit = 255;

std::string_view take_field(std::string_view& rest) {
  const auto comma = rest.find(',');
  const auto field = rest.substr(0, comma);
  rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
  return field;
}

}  // namespace

std::optional<Presence> parse_presence(std::string_view value) {
  const auto state = take_field(value);
  const auto known =
      std::find_if(kStates.begin(), kStates.end(), [&](auto word) { return equal_without_case(word, state); });
  if (known == kStates.end()) return std::nullopt;

  const auto subtype = take_field(value);
  const auto message = take_field(value);
  const auto options = take_field(value);
  const bool encoded = options.find('e') != std::string_view::npos;
  if (!options.empty() && !encoded) return std::nullopt;
  if (encoded) {
    return Presence{std::string(*known), base64_decoded(subtype, kDecodedLimit),
                    base64_decoded(message, kDecodedLimit)};
  }
  return Presence{std::string(*known), std::string(subtype), std::string(message)};
}

}  // namespace amibroker::sim
