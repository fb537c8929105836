// SPDX-License-Identifier: Apache-2.0
//
// One Asterisk without its sockets: which states it knows, which writes it takes, which events come of them.
// Not thread-safe: its owner keeps a lock. No I/O, no clock.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/simulator/device_state.hpp"
#include "tests/simulator/presence.hpp"
#include "tests/simulator/wire.hpp"

namespace amibroker::sim {

/// A hint of the dialplan.
struct HintLine {
  std::string extension;
  std::string context;
  std::string hint;           ///< `PJSIP/200&Custom:PJSIP/200,CustomPresence:200`
  bool of_a_pattern = false;  ///< lists do not show it, the question for it does
};

/// What a server is, for as long as it lives.
struct AsteriskOptions {
  std::string system_name;        ///< `systemname` of asterisk.conf; empty: events carry no SystemName
  bool extension_status = false;  ///< publish ExtensionStatus as well when a lamp changes
  std::set<std::string, std::less<>> missing_modules{};  ///< `func_devstate` and the like, which are not loaded
  std::vector<HintLine> hints{};
};

/// How many messages a mailbox has.
struct MessageCounts {
  unsigned news = 0;
  unsigned olds = 0;

  friend bool operator==(const MessageCounts&, const MessageCounts&) = default;
};

class Asterisk {
 public:
  /// A Custom device can be called by a key of at most 79 characters, its prefix included (Asterisk:
  /// AST_MAX_EXTENSION).
  static constexpr std::size_t kDeviceNameLimit = 79;

  explicit Asterisk(AsteriskOptions options) : options_(std::move(options)) {}

  /// A device of this server has another state: `PJSIP/100`, `Custom:lamp`, `Local/…`. Returns the events, none if
  /// Asterisk already holds that state. Devices with `Local/` are not kept, and fire each time (Asterisk:
  /// AST_DEVSTATE_NOT_CACHABLE).
  std::vector<Fields> set_device(std::string_view device, DeviceState state);

  /// A presentity of this server, prefix included, has this presence. Publishes even if nothing changed.
  std::vector<Fields> set_presence(std::string_view presentity, const Presence& presence);

  /// A mailbox of res_mwi_external has these counts. Publishes even if nothing changed (Asterisk: ast_sorcery_update
  /// tells its observers each time).
  std::vector<Fields> set_mailbox(std::string_view mailbox, const MessageCounts& counts);
  /// It is gone. Publishes zeros if it had messages (Asterisk: mwi_observe_delete).
  std::vector<Fields> delete_mailbox(std::string_view mailbox);

  /// What a write did.
  struct Written {
    bool accepted = false;  ///< else Asterisk answers `Variable not set`
    std::string key;        ///< `Custom:…` or `CustomPresence:…` as Asterisk keeps it; empty for a plain variable
    bool changed = false;   ///< the value was another one before
    std::vector<Fields> events{};  ///< to publish
  };

  /// Setvar without a channel (Asterisk: action_setvar in main/manager.c): DEVICE_STATE(Custom:…),
  /// PRESENCE_STATE(CustomPresence:…), or a global variable. Any other function is refused.
  Written set_variable(std::string_view variable, const std::string& value);

  /// The state that `${DEVICE_STATE(device)}` would give. A device that nobody ever set: INVALID, but UNKNOWN for a
  /// Custom device without a slash in its name, because there Asterisk finds the provider.
  [[nodiscard]] DeviceState device(std::string_view device) const;

  /// What a phone that watches the hint `D&Custom:D` sees.
  [[nodiscard]] DeviceState lamp(std::string_view device) const;

  /// Nothing if nobody ever set it.
  [[nodiscard]] std::optional<Presence> presence(std::string_view presentity) const;

  /// The devices and presentities that the list actions show, in order of their names.
  [[nodiscard]] std::vector<std::pair<std::string, DeviceState>> devices() const;
  [[nodiscard]] const std::map<std::string, Presence, std::less<>>& presences() const noexcept { return presences_; }

  /// In order of their names; they outlive a restart.
  [[nodiscard]] const std::map<std::string, MessageCounts, std::less<>>& mailboxes() const noexcept {
    return mailboxes_;
  }

  /// A restart as it is: calls are over, native devices are idle and not listed before their first event, and a stored
  /// `Custom:PJSIP/100` comes back as `Custom:100` (seen on Asterisk 16: func_devstate reads the part after the last
  /// slash of its database key). Stored CustomPresence comes back whole, other presence does not.
  void restart();

  /// Headers of a Presence event or list item.
  [[nodiscard]] static Fields presence_fields(std::string_view presentity, const Presence& presence);

  [[nodiscard]] const AsteriskOptions& options() const noexcept { return options_; }
  [[nodiscard]] bool has_module(std::string_view name) const { return !options_.missing_modules.contains(name); }

  /// An event's first headers: `Event`, `Privilege`, and `SystemName` if there is one.
  [[nodiscard]] Fields event(std::string_view name, std::string_view privilege) const;

 private:
  struct Known {
    DeviceState state;
    bool listed;  // false: the driver knows it, but no event came since the restart
  };

  void add_extension_status(std::vector<Fields>& events, std::string_view device, DeviceState before) const;
  Written write_device(std::string_view device, const std::string& value);
  Written write_presence(std::string_view presentity, const std::string& value);

  AsteriskOptions options_;
  std::map<std::string, Known, std::less<>> devices_;
  std::map<std::string, Presence, std::less<>> presences_;
  std::map<std::string, MessageCounts, std::less<>> mailboxes_;
  std::map<std::string, DeviceState, std::less<>> stored_devices_;  // Asterisk's database, names without `Custom:`
};

}  // namespace amibroker::sim
