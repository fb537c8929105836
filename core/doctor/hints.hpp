// SPDX-License-Identifier: Apache-2.0
//
// Which hints a dialplan lacks, so that lamps cannot follow the phones of other servers. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "amibroker/message.hpp"

namespace amibroker::doctor {

/// A hint, as `ExtensionStateList` and `ExtensionState` show it.
struct Hint {
  std::string extension;
  std::string context;
  std::vector<std::string> devices;  ///< `PJSIP/200`, `Custom:PJSIP/200`; without presentities
};

/// Nothing if the message has none.
[[nodiscard]] std::optional<Hint> read_hint(const Message& message);

/// The name of a device on the other servers by `name_template`; nothing if the template holds {server} or {zone},
/// which only the plugin can fill in.
[[nodiscard]] std::optional<std::string> shown_name(std::string_view name_template, std::string_view device);

/// A hint that is not there.
struct MissingHint {
  std::string extension;
  std::string context;
  std::string shown;    ///< `Custom:PJSIP/200`, which no hint names
  std::string devices;  ///< what the hint should name, `PJSIP/200&Custom:PJSIP/200`
  std::string because;  ///< who wants it: the section of a server that has a hint for that phone, or this one's
};

/// What is known of hints and of the devices that they should name.
struct HintsSeen {
  struct Of {
    std::string section;
    std::vector<Hint> hints{};
  };
  Of here;
  std::vector<Of> others{};
  std::vector<std::string> custom_devices{};  ///< that this server has: what the broker wrote is among them
};

/// A phone for which another server has a hint is one that people watch: here a hint must name it by its shown name.
/// So must one that the broker wrote here, if a hint here names only the phone itself. At most `most`.
[[nodiscard]] std::vector<MissingHint> missing_hints(const HintsSeen& seen, std::string_view name_template,
                                                     std::size_t most);

}  // namespace amibroker::doctor
