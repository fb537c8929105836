// SPDX-License-Identifier: Apache-2.0
//
// Which custom devices are shared by all servers (`custom = yes`).
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace amibroker::device_state {

/// Tells a custom device that a dialplan sets (`Custom:night`) from names that the broker made: those have their form
/// (NameTemplate::technology_in), but after a restart Asterisk publishes a stored `Custom:PJSIP/100` as `Custom:100`
/// (func_devstate.c reads its database keys from the last slash on). So what comes after the last slash of a written
/// name is not a shared device either.
class SharedCustoms {
 public:
  /// A name that the broker writes to targets. Returns what comes after its last slash if that was not known yet:
  /// no device of that name is shared from now on; else an empty text.
  [[nodiscard]] std::string_view wrote(std::string_view shown_name) {
    const std::size_t slash = shown_name.rfind('/');
    if (slash == std::string_view::npos) return {};
    const std::string_view tail = shown_name.substr(slash + 1);
    if (tails_.find(tail) != tails_.end()) return {};
    return *tails_.emplace(tail).first;
  }

  /// Whether `Custom:<name>` may be what a restart made of a written name.
  [[nodiscard]] bool is_remnant(std::string_view name) const { return tails_.find(name) != tails_.end(); }

 private:
  std::set<std::string, std::less<>> tails_;
};

}  // namespace amibroker::device_state
