// SPDX-License-Identifier: Apache-2.0
//
// How the states of one kind are written to Asterisk and read from it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "amibroker/action.hpp"
#include "amibroker/host.hpp"
#include "amibroker/message.hpp"

namespace amibroker::replication {

/// How a name spreads.
enum class Sharing : std::uint8_t {
  one_way,    ///< Born on its origin under another name; the targets show it. What the targets say of it is not news.
  symmetric,  ///< Every server holds it under the same name and may change it; the last change wins.
};

/// What a line of a server's list says.
enum class ListedKind : std::uint8_t {
  own,              ///< a device of the server's own: its contribution
  held,             ///< the name that is written to targets, and what the server holds under it
  held_not_shared,  ///< the same, but a change found in it is not to be spread
};

/// One item of a list, as the plugin reads it. The views are valid until its next call.
struct ListedState {
  std::string_view shown_name;  ///< the name that targets hold
  std::string_view technology;  ///< of a one-way name: what the native name begins with, `PJSIP`
  std::string_view value;
  ListedKind kind;
  Sharing sharing;
};

/// How notes are written: as further names of the plugin's own kind, which Asterisk stores with all others.
struct NoteForm {
  std::string_view name{};    ///< `Custom:zmq-ami-broker`; empty: no notes are left, and every name may be ours
  std::string_view value{};   ///< any value that is not the neutral one
  std::string_view header{};  ///< the header of a list's item that holds the name
};

/// Makes of `action`, which may be any other one, the action that gives `name` the value `value`.
using WriteAction = void (*)(Action& action, std::string_view name, std::string_view value);

/// Adds to an action that lists states the headers that it needs.
using ListHeaders = void (*)(Action& action);

/// Everything that tells one kind of states from another. The texts need to be valid until the call returns that this
/// is handed to, or is returned from.
struct Medium {
  std::string_view plugin;  ///< name of the plugin
  /// The dialplan function that writes a state, with its parenthesis: `DEVICE_STATE(`. The action is then a Setvar of
  /// `DEVICE_STATE(<name>)`. Empty if there is another action, which is `write`.
  std::string_view function{};
  std::string_view module;       ///< the Asterisk module that must be loaded for the writes, e.g. `func_devstate.so`
  std::string_view list_action;  ///< the AMI action that lists the states, e.g. `DeviceStateList`
  std::string_view list_module;  ///< the Asterisk module that must be loaded for that
  /// Technologies (see ListedState) whose shown names are the broker's on every server, even if no server has a
  /// device of them at present.
  std::span<const std::string_view> technologies{};
  std::string_view limit;  ///< the option that says how many names there may be, e.g. `max_devices`
  bool lists_show_names;   ///< whether a list may show that a name which another server listed is not a shared one
  bool echoes_repeats;     ///< whether Asterisk publishes an event also if a write changes nothing
  /// Values with the fixed numbers 1, 2, ...; the first is written if nobody contributes any more, and shows the same
  /// as a name that the server does not have. At least one.
  std::span<const std::string_view> values;
  std::string_view variant{};  ///< what two brokers must have alike, besides the servers, to stand in for each other
  NoteForm notes{};            ///< how the broker tells its next life which names are its own

  std::string_view event{};            ///< the event that tells of a state (StatePlugin subscribes to it)
  WriteAction write = nullptr;         ///< the action that writes a state; null: Setvar of `function`
  ListHeaders list_headers = nullptr;  ///< what `list_action` needs besides its name; null: nothing
  /// Whether a pattern of a server's section may be meant for names of this kind, so that one that matches nothing
  /// deserves a line. Null: every pattern may be.
  bool (*concerns)(std::string_view pattern) noexcept = nullptr;
};

/// What a plugin makes of its lists.
class ListReader {
 public:
  /// Nothing: this item does not concern the plugin.
  virtual std::optional<ListedState> read_item(ServerId server, const Message& item) = 0;

  /// Another site says that this name, shared so, has this value: whether servers can hold it. Expect anything but
  /// bytes below 0x20. True, if this is not filled in.
  [[nodiscard]] virtual bool may_be(std::string_view shown_name, Sharing sharing, std::string_view value) {
    static_cast<void>(shown_name);
    static_cast<void>(sharing);
    static_cast<void>(value);
    return true;
  }

 protected:
  ~ListReader() = default;
};

}  // namespace amibroker::replication
