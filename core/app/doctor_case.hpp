// SPDX-License-Identifier: Apache-2.0
//
// What the doctor is told of the configuration.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/app/config.hpp"
#include "core/doctor/case.hpp"

namespace amibroker::app {

/// The case of one server, by the name of its section, else by its name for people. Nothing if there is none.
[[nodiscard]] std::optional<doctor::Case> case_of(const Config& config, std::string_view server);

/// What to say if there is none: a sentence without an end, with the nearest name.
[[nodiscard]] std::string no_such_server(const Config& config, std::string_view server);

}  // namespace amibroker::app
