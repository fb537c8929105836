// SPDX-License-Identifier: Apache-2.0
#include "core/host/line_quota.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace amibroker::host {
namespace {

/// After such a pause there is room for `at_once` lines, whatever was written before.
constexpr std::chrono::milliseconds longest{LineQuota::at_once * 1'000 / LineQuota::a_second};

}  // namespace

bool LineQuota::allow(Time now) noexcept {
  using std::chrono::milliseconds;
  const std::lock_guard lock(mutex_);
  if (const auto passed = std::chrono::duration_cast<milliseconds>(now - filled_); passed > milliseconds(0)) {
    left_ = std::min(at_once, left_ + static_cast<std::uint64_t>(std::min(passed, longest).count()) * a_second / 1'000);
    filled_ = now;
  }
  if (left_ == 0) {
    ++held_back_;
    return false;
  }
  --left_;
  return true;
}

std::uint64_t LineQuota::take_held_back() noexcept {
  const std::lock_guard lock(mutex_);
  return std::exchange(held_back_, 0);
}

void warn_of_held_back(std::string_view plugin, LineQuota& lines) {
  if (const auto held_back = lines.take_held_back(); held_back > 0)
    spdlog::warn("plugin {} logs more than {} lines a second: {} lines were held back", plugin, LineQuota::a_second,
                 held_back);
}

}  // namespace amibroker::host
