// SPDX-License-Identifier: Apache-2.0
#include "core/base/backoff.hpp"

#include <algorithm>

namespace amibroker::base {

std::chrono::milliseconds Backoff::next() {
  const auto whole = next_;
  next_ = std::min(cap_, next_ * 2);
  std::uniform_int_distribution<std::chrono::milliseconds::rep> part(whole.count() / 2, whole.count());
  return std::chrono::milliseconds(part(random_));
}

}  // namespace amibroker::base
