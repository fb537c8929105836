// SPDX-License-Identifier: Apache-2.0
//
// What an examination saw. Nothing is judged here.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/doctor/contact.hpp"
#include "core/doctor/hints.hpp"
#include "core/doctor/reply.hpp"

namespace amibroker::doctor {

/// The device that the doctor writes. The broker's plugins take this form of names for notes of a broker, and share
/// them with nobody (plugins/replication/notes.hpp).
inline constexpr std::string_view test_device = "Custom:zmq-ami-broker:doctor";
/// The name of the UserEvent that it asks for.
inline constexpr std::string_view test_event = "zmq-ami-broker-doctor";

/// The modules that the broker needs, in the order in which they are named.
inline constexpr std::array<std::string_view, 4> modules{"func_devstate", "func_presencestate",
                                                         "res_manager_devicestate", "res_manager_presencestate"};

/// How a connection went.
struct WaySeen {
  Stage stage = Stage::resolving;
  bool lost = false;  ///< else a stage took too long, or it is ready
  link::Loss loss{};  ///< if it was lost
  std::string resolve_error{};
  std::vector<std::string> addresses{};
  std::string greeting{};
  bool speaks_tls = false;      ///< the port stayed silent in plain text, and answered over TLS
  bool ports_are_open = false;  ///< the kernel there accepts connections, and nothing more comes
  std::string own_address{};    ///< from which this machine comes to the server
};

/// What it said once it let us in.
struct InsideSeen {
  Reply ping{};
  std::optional<std::chrono::milliseconds> ping_time{};
  Reply filter{};  ///< native only
  Reply settings{};
  std::string version{};
  std::string system_name{};
  std::array<Reply, modules.size()> module_checks{};
  Reply presence_read{};  ///< native only
  std::string presence_value{};
  Reply user_event{};
  bool user_event_came = false;
  bool fully_booted_came = false;
  Reply write{};
  std::optional<std::chrono::milliseconds> write_event_time{};
  Reply hint_list{};
  Reply device_list{};
  Reply presence_list{};
};

/// Another server.
struct OtherSeen {
  std::string section;
  bool asked = false;  ///< it answered
  std::string system_name{};
  bool shares_all = true;
};

struct Seen {
  WaySeen way{};
  InsideSeen inside{};
  std::vector<OtherSeen> others{};
  HintsSeen hints{};
};

}  // namespace amibroker::doctor
