// SPDX-License-Identifier: Apache-2.0
#include "core/doctor/hints.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "core/base/text.hpp"

namespace amibroker::doctor {
namespace {

constexpr std::string_view custom = "Custom:";

bool is_native(std::string_view device) { return !device.empty() && !device.starts_with(custom); }

using Names = std::set<std::string_view>;

/// Looks for the hints that one server makes us want.
class Search {
 public:
  Search(const HintsSeen& seen, std::string_view name_template, std::size_t most)
      : seen_(seen), template_(name_template), most_(most) {
    for (const Hint& hint : seen.here.hints) named_.insert(hint.devices.begin(), hint.devices.end());
    written_.insert(seen.custom_devices.begin(), seen.custom_devices.end());
  }

  /// `only_written`: only devices whose shown name the server has already.
  void look_at(const HintsSeen::Of& server, bool only_written) {
    for (const Hint& hint : server.hints)
      for (const std::string& device : hint.devices) {
        if (missing_.size() >= most_ || !is_native(device)) continue;
        auto shown = shown_name(template_, device);
        if (!shown || named_.contains(*shown) || (only_written && !written_.contains(*shown))) continue;
        if (asked_.insert(*shown).second) add(server.section, hint, device, *std::move(shown));
      }
  }

  [[nodiscard]] std::vector<MissingHint> take() { return std::move(missing_); }

 private:
  /// The hint that is there for the same extension goes on naming what it names.
  void add(const std::string& section, const Hint& wanted, const std::string& device, std::string shown) {
    const auto& here = seen_.here.hints;
    const auto found = std::find_if(here.begin(), here.end(), [&](const Hint& hint) {
      return hint.extension == wanted.extension ||
             std::find(hint.devices.begin(), hint.devices.end(), device) != hint.devices.end();
    });
    MissingHint missing{wanted.extension, wanted.context, std::move(shown), {}, section};
    if (found != here.end()) {
      missing.extension = found->extension;
      missing.context = found->context;
      for (const std::string& one : found->devices) missing.devices += one + '&';
    }
    missing.devices += missing.shown;
    missing_.push_back(std::move(missing));
  }

  const HintsSeen& seen_;
  std::string_view template_;
  std::size_t most_;
  Names named_;
  Names written_;
  std::set<std::string> asked_;
  std::vector<MissingHint> missing_;
};

}  // namespace

std::optional<Hint> read_hint(const Message& message) {
  const std::string_view text = message["Hint"];
  if (text.empty()) return std::nullopt;
  Hint hint{std::string(message["Exten"]), std::string(message["Context"]), {}};
  std::string_view devices = text.substr(0, text.find(','));  // presentities follow the comma
  while (!devices.empty()) {
    const std::size_t end = std::min(devices.find('&'), devices.size());
    if (const auto device = base::trim(devices.substr(0, end)); !device.empty()) hint.devices.emplace_back(device);
    devices.remove_prefix(std::min(end + 1, devices.size()));
  }
  return hint;
}

std::optional<std::string> shown_name(std::string_view name_template, std::string_view device) {
  const std::size_t separator = device.find_first_of("/:");
  const std::string_view technology = separator == std::string_view::npos ? "" : device.substr(0, separator);
  std::string name(separator == std::string_view::npos ? device : device.substr(separator + 1));
  std::replace(name.begin(), name.end(), '/', '-');
  std::string shown;
  for (std::string_view rest = name_template; !rest.empty();) {
    const auto take = [&](std::string_view place, std::string_view value) {
      if (!rest.starts_with(place)) return false;
      shown += value;
      rest.remove_prefix(place.size());
      return true;
    };
    if (take("{device}", device) || take("{technology}", technology) || take("{name}", name)) continue;
    if (rest.starts_with("{server}") || rest.starts_with("{zone}")) return std::nullopt;
    shown += rest.front();
    rest.remove_prefix(1);
  }
  return shown;
}

std::vector<MissingHint> missing_hints(const HintsSeen& seen, std::string_view name_template, std::size_t most) {
  Search search(seen, name_template, most);
  for (const HintsSeen::Of& other : seen.others) search.look_at(other, false);
  search.look_at(seen.here, true);
  return search.take();
}

}  // namespace amibroker::doctor
