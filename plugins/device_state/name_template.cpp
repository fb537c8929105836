// SPDX-License-Identifier: Apache-2.0
#include "plugins/device_state/name_template.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "plugins/device_state/devices.hpp"
#include "plugins/replication/name_rules.hpp"

namespace amibroker::device_state {
namespace {

constexpr std::string_view custom = "Custom:";
constexpr std::string_view no_zone = "none";

constexpr bool is_word(char c) noexcept {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}
constexpr bool is_label(char c) noexcept { return is_word(c) || c == '.' || c == '-'; }

bool all(std::string_view text, bool (*is_one)(char)) { return std::all_of(text.begin(), text.end(), is_one); }

std::string label_of(std::string_view text) {
  std::string label(text);
  std::replace_if(
      label.begin(), label.end(), [](char c) { return !is_label(c); }, '_');
  return label;
}

bool is_unwritable(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f ||
         std::string_view("(),${}").find(c) != std::string_view::npos;
}

}  // namespace

std::string NameTemplate::fault_of(std::string_view text) {
  NameTemplate names;
  names.parse(text);
  const char* const flaw = names.flaw();
  if (flaw == nullptr) return {};
  return "= " + std::string(text) + ": " + flaw +
         ". Use Custom:{device}, or Custom:{technology}-{name} for names without a slash";
}

NameTemplate::NameTemplate(std::string_view text) {
  if (const std::string fault = fault_of(text); !fault.empty()) throw std::invalid_argument("name_template " + fault);
  parse(text);
}

void NameTemplate::parse(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, Part>, 5> places{{{"{device}", Part::device},
                                                                            {"{technology}", Part::technology},
                                                                            {"{name}", Part::name},
                                                                            {"{server}", Part::server},
                                                                            {"{zone}", Part::zone}}};
  for (std::string_view rest = text; !rest.empty();) {
    const auto place =
        std::find_if(places.begin(), places.end(), [&](const auto& p) { return rest.starts_with(p.first); });
    if (place != places.end()) {
      pieces_.push_back({place->second, {}});
      rest.remove_prefix(place->first.size());
      continue;
    }
    if (pieces_.empty() || pieces_.back().part != Part::text) pieces_.push_back({Part::text, {}});
    pieces_.back().text.push_back(rest.front());
    rest.remove_prefix(1);
  }
}

/// What is wrong, or null.
const char* NameTemplate::flaw() const {
  if (pieces_.empty() || !pieces_.front().text.starts_with(custom)) return "it must begin with Custom:";
  for (const Piece& piece : pieces_) {
    const auto same = [&](const Piece& other) { return other.part == piece.part; };
    if (piece.part != Part::text && std::count_if(pieces_.begin(), pieces_.end(), same) > 1)
      return "it may have each place in braces only once";
  }
  const bool in_parts = has(Part::technology) && has(Part::name);
  if (has(Part::device) == in_parts || has(Part::technology) != has(Part::name))
    return "it must hold either {device}, or both {technology} and {name}";
  std::size_t text_bytes = 0;
  for (const Piece& piece : pieces_) {
    text_bytes += piece.text.size();
    if (std::any_of(piece.text.begin(), piece.text.end(), is_unwritable))
      return "the text around the places may not hold a control character or one of ( ) , $ { }; the places are "
             "{device}, {technology}, {name}, {server} and {zone}";
  }
  if (text_bytes >= replication::longest_shown_name) return "it leaves no room for a device: a name has 79 characters";
  const auto place = [&](Part part) {
    return std::find_if(pieces_.begin(), pieces_.end(), [part](const Piece& piece) { return piece.part == part; });
  };
  if (in_parts && place(Part::name) < place(Part::technology)) return "{technology} must come before {name}";
  if (places_touch()) return "there must be text between two places, so that they can be told apart";
  return nullptr;
}

bool NameTemplate::places_touch() const {
  const auto touch = [](const Piece& a, const Piece& b) { return a.part != Part::text && b.part != Part::text; };
  return std::adjacent_find(pieces_.begin(), pieces_.end(), touch) != pieces_.end();
}

bool NameTemplate::has(Part part) const {
  return std::any_of(pieces_.begin(), pieces_.end(), [&](const Piece& piece) { return piece.part == part; });
}

bool NameTemplate::makes_slashes() const {
  return has(Part::device) || std::any_of(pieces_.begin(), pieces_.end(),
                                          [](const Piece& piece) { return piece.text.find('/') != std::string::npos; });
}

bool NameTemplate::set_server(const ServerInfo& server) {
  Labels labels;  // of a retired server: empty, which gives its texts back
  if (has(Part::server) && !server.retired) labels.server = label_of(server.section);
  if (has(Part::zone) && !server.retired) labels.zone = label_of(server.zones.empty() ? no_zone : server.zones.front());
  const bool is_new = server.id >= labels_.size();
  if (is_new) labels_.resize(server.id + std::size_t{1});
  if (labels_[server.id] == labels) return false;
  labels_[server.id] = std::move(labels);
  return !is_new;
}

std::string_view NameTemplate::expand(ServerId server, std::string_view device) {
  expanded_.clear();
  const std::string_view technology = technology_of(device);
  for (const Piece& piece : pieces_) switch (piece.part) {
      case Part::text: expanded_.append(piece.text); break;
      case Part::device: expanded_.append(device); break;
      case Part::technology: expanded_.append(technology); break;
      case Part::server: expanded_.append(labels_[server].server); break;
      case Part::zone: expanded_.append(labels_[server].zone); break;
      case Part::name: {
        const std::size_t begin = expanded_.size();
        expanded_.append(device.substr(technology.empty() ? 0 : technology.size() + 1));
        std::replace(expanded_.begin() + static_cast<std::ptrdiff_t>(begin), expanded_.end(), '/', '-');
        break;
      }
    }
  return expanded_;
}

std::string_view NameTemplate::technology_in(std::string_view shown_name) const {
  const auto native = native_in(shown_name);
  return native ? native->technology : std::string_view{};
}

std::optional<NameTemplate::Native> NameTemplate::native_in(std::string_view shown_name) const {
  if (shown_name.size() > replication::longest_shown_name) return std::nullopt;  // and it bounds the work
  // A server's name may hold what separates the places: `a-1-PJSIP-100` is a device PJSIP/100, not one of technology 1.
  for (const bool known_only : {true, false}) {
    Match match{known_only};
    if (matches(0, shown_name, match)) return Native{match.technology, match.name};
  }
  return std::nullopt;
}

/// Whether the pieces from `at` on can make this text. A place goes up to the text after it, or up to the end.
bool NameTemplate::matches(std::size_t at, std::string_view rest, Match& match) const {
  if (at == pieces_.size()) return rest.empty();
  const Piece& piece = pieces_[at];
  if (piece.part == Part::text)
    return rest.starts_with(piece.text) && matches(at + 1, rest.substr(piece.text.size()), match);
  const bool is_last = at + 1 == pieces_.size();
  if (is_last) return fits(piece.part, rest, match);
  const std::string& next = pieces_[at + 1].text;
  for (std::size_t size = rest.find(next, 1); size != std::string_view::npos; size = rest.find(next, size + 1))
    if (fits(piece.part, rest.substr(0, size), match) && matches(at + 1, rest.substr(size), match)) return true;
  return false;
}

/// Whether a place can have been filled with this text; what it says of the device is noted.
bool NameTemplate::fits(Part part, std::string_view text, Match& match) {
  if (text.empty()) return false;
  if (part == Part::name) {
    match.name = text;
    return text.find('/') == std::string_view::npos;
  }
  if (part == Part::server || part == Part::zone) return all(text, [](char c) { return is_label(c); });
  match.technology = part == Part::device ? technology_of(text) : text;
  if (part == Part::device) match.name = text.substr(std::min(text.size(), match.technology.size() + 1));
  if (match.technology.empty() || !all(match.technology, [](char c) { return is_word(c); })) return false;
  if (!is_known_technology(match.technology)) return !match.known_only;
  return part == Part::technology || text[match.technology.size()] == separator_of(match.technology);
}

}  // namespace amibroker::device_state
