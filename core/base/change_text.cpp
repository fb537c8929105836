// SPDX-License-Identifier: Apache-2.0
#include "core/base/change_text.hpp"

#include "core/base/printable.hpp"

namespace amibroker::base {
namespace {

constexpr std::size_t longest_value = 200;

std::string shown(std::string_view value) { return value.empty() ? "not set" : printable(value, longest_value); }

}  // namespace

std::string change_text(std::string_view key, std::string_view before, std::string_view now) {
  return std::string(key) + " is " + shown(now) + ", was " + shown(before);
}

}  // namespace amibroker::base
