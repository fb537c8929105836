// SPDX-License-Identifier: Apache-2.0
//
// What a manager session is asked for so that it sends only the wanted events. Pure.
#pragma once

#include <string>
#include <vector>

#include "core/link/interest.hpp"

namespace amibroker::link::native {

/// The event mask (header `Events` of Login, action `Events`) that lets the wanted events through: classes separated by
/// commas, `on` for all, `off` for none. A name whose class is not known here means `on`.
/// (Source: the class that each event is published with in Asterisk's main/ and res/.)
[[nodiscard]] std::string event_mask_of(const Interest& interest);

/// Regular expressions for `Action: Filter`, `Operation: Add`: a session that was given some sends an event only if one
/// of them matches its text (main/manager.c, match_filter). Each is short enough for a line of AMI. None if
/// everything or nothing is wanted.
[[nodiscard]] std::vector<std::string> event_filters_of(const Interest& interest);

}  // namespace amibroker::link::native
