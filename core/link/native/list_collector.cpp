// SPDX-License-Identifier: Apache-2.0
#include "core/link/native/list_collector.hpp"

namespace amibroker::link::native {

ListCollector::Result ListCollector::begin(std::uint64_t id, const Message& answer) {
  id_ = id;
  active_ = true;
  return keep(answer);
}

ListCollector::Result ListCollector::add(const Message& item) {
  const std::string_view state = item["EventList"];
  const bool is_last = same_name(state, "Complete") || same_name(state, "Cancelled");
  const bool was_given_up = given_up_;
  const Result kept = was_given_up ? Result::more : keep(item);
  if (!is_last) return kept;
  if (kept == Result::more && !was_given_up) return Result::complete;
  end();
  return was_given_up ? Result::over : kept;
}

ListCollector::Result ListCollector::keep(const Message& message) {
  if (list_.add(message)) return Result::more;
  list_.clear();
  given_up_ = true;
  return Result::given_up;
}

void ListCollector::end() noexcept {
  list_.clear();
  active_ = given_up_ = false;
}

}  // namespace amibroker::link::native
