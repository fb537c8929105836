// SPDX-License-Identifier: Apache-2.0
//
// Figures in the text format of Prometheus, version 0.0.4.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/histogram.hpp"

namespace amibroker::control {

/// One figure of a family. Names of labels live as long as the program; values may be any text.
struct Sample {
  std::vector<std::pair<std::string_view, std::string>> labels{};
  std::variant<double, base::Histogram> value{};
};

/// A name with its figures; it and its help live as long as the program. Durations are in seconds, and the name of a
/// counter ends in `_total`.
struct Family {
  enum class Type : std::uint8_t { counter, gauge, histogram };
  std::string_view name;
  Type type = Type::gauge;
  std::string_view help;  ///< one line
  std::vector<Sample> samples{};
};

/// Appends families; each name belongs to one of those that are asked.
using Collect = std::function<void(std::vector<Family>& families)>;

inline constexpr std::string_view metrics_type = "text/plain; version=0.0.4; charset=utf-8";

/// A family without figures is left out.
[[nodiscard]] std::string metrics_text(std::span<const Family> families);

/// What every program tells of itself (`process_...`), read from /proc. Any thread.
void collect_process(std::vector<Family>& families);

}  // namespace amibroker::control
