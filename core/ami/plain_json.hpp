// SPDX-License-Identifier: Apache-2.0
//
// The short way through the JSON that a module nearly always sends.
#pragma once

#include <string_view>
#include <vector>

#include "amibroker/message.hpp"

namespace amibroker::ami {

/// Reads `{"name":"value",...}`, or that in an array of one, without blanks, if all texts are printable ASCII
/// without quotes and backslashes. True: its members were appended to `fields`, as views into `json`. False: this is
/// something else, for the real parser to judge; `fields` may have grown.
[[nodiscard]] bool read_plain_object(std::string_view json, std::vector<Field>& fields);
[[nodiscard]] bool read_plain_array_of_one(std::string_view json, std::vector<Field>& fields);

}  // namespace amibroker::ami
