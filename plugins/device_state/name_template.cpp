// SPDX-License-Identifier: Apache-2.0
#include "plugins/device_state/name_template.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace amibroker::device_state {
namespace {

constexpr std::string_view custom = "Custom:";

[[noreturn]] void refuse(std::string_view text, const char* why) {
  throw std::invalid_argument("name_template = " + std::string(text) + ": " + why +
                              ". Use Custom:{device}, or Custom:{technology}-{name} for names without a slash");
}

bool is_technology(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

}  // namespace

NameTemplate::NameTemplate(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, Part>, 3> places{
      {{"{device}", Part::device}, {"{technology}", Part::technology}, {"{name}", Part::name}}};
  for (std::string_view rest = text; !rest.empty();) {
    const auto place =
        std::find_if(places.begin(), places.end(), [&](const auto& p) { return rest.starts_with(p.first); });
    if (place != places.end()) {
      if (has(place->second)) refuse(text, "it may have each place in braces only once");
      pieces_.push_back({place->second, {}});
      rest.remove_prefix(place->first.size());
      continue;
    }
    if (pieces_.empty() || pieces_.back().part != Part::text) pieces_.push_back({Part::text, {}});
    pieces_.back().text.push_back(rest.front());
    rest.remove_prefix(1);
  }
  check(text);
}

void NameTemplate::check(std::string_view text) const {
  if (pieces_.empty() || !pieces_.front().text.starts_with(custom)) refuse(text, "it must begin with Custom:");
  const bool in_parts = has(Part::technology) && has(Part::name);
  if (has(Part::device) == in_parts || has(Part::technology) != has(Part::name))
    refuse(text, "it must hold either {device}, or both {technology} and {name}");
  for (const Piece& piece : pieces_)
    if (piece.text.find_first_of("(),${}") != std::string::npos)
      refuse(text, "the text around the places may not hold one of ( ) , $ { }");
  const auto technology =
      std::find_if(pieces_.begin(), pieces_.end(), [](const Piece& p) { return p.part == Part::technology; });
  if (technology != pieces_.end() && (technology + 1 == pieces_.end() || (technology + 1)->part != Part::text))
    refuse(text, "there must be text between {technology} and {name}, in this order");
}

bool NameTemplate::has(Part part) const {
  return std::any_of(pieces_.begin(), pieces_.end(), [&](const Piece& piece) { return piece.part == part; });
}

std::string_view NameTemplate::expand(std::string_view device) {
  expanded_.clear();
  const std::string_view technology = technology_of(device);
  for (const Piece& piece : pieces_) switch (piece.part) {
      case Part::text: expanded_.append(piece.text); break;
      case Part::device: expanded_.append(device); break;
      case Part::technology: expanded_.append(technology); break;
      case Part::name: expanded_.append(device.substr(technology.empty() ? 0 : technology.size() + 1)); break;
    }
  return expanded_;
}

std::string_view NameTemplate::technology_in(std::string_view shown_name) const {
  std::string_view rest = shown_name;
  std::string_view technology;
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    const Piece& piece = pieces_[i];
    if (piece.part == Part::text) {
      if (!rest.starts_with(piece.text)) return {};
      rest.remove_prefix(piece.text.size());
      continue;
    }
    const bool is_last = i + 1 == pieces_.size();
    // The first place where the text after the technology stands; of the others, the last one.
    const std::string_view behind = is_last ? std::string_view{} : std::string_view(pieces_[i + 1].text);
    const std::size_t size = is_last                          ? rest.size()
                             : piece.part == Part::technology ? rest.find(behind)
                                                              : rest.rfind(behind);
    if (size == std::string_view::npos || size == 0) return {};
    const std::string_view part = rest.substr(0, size);
    if (piece.part == Part::technology) technology = part;
    if (piece.part == Part::device) technology = technology_of(part);
    rest.remove_prefix(size);
  }
  return rest.empty() && is_technology(technology) ? technology : std::string_view{};
}

}  // namespace amibroker::device_state
