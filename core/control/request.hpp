// SPDX-License-Identifier: Apache-2.0
//
// What a client of the control socket asks for, read from an HTTP request.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "core/control/command.hpp"

namespace amibroker::control {

/// `GET /v1` is a question for the list of commands: the name is empty then.
struct Asked {
  Level level = Level::look;
  std::string name;
  Json arguments = Json::object();
};

/// `method`: GET or POST. `target`: `/v1/NAME?argument=value&...` with %XX. `body`: of a POST, a JSON object, or empty.
/// All of it is hostile: what is wrong comes back as a Failure. Any thread.
[[nodiscard]] std::variant<Asked, Failure> read_request(std::string_view method, std::string_view target,
                                                        std::string_view body);

/// `a=b&c=d` with %XX, as an object of texts.
[[nodiscard]] std::variant<Json, Failure> read_query(std::string_view query);

/// What is before the `?` of an address, and what is after it.
struct Target {
  std::string_view path;
  std::string_view query;
};
[[nodiscard]] Target split_target(std::string_view target) noexcept;

}  // namespace amibroker::control
