// SPDX-License-Identifier: Apache-2.0
#include "core/link/zmq/message_cache.hpp"

#include <cstdint>

namespace amibroker::link::zeromq {

::zmq::message_t MessageCache::get(std::string_view bytes) {
  if (bytes.size() > largest_kept) return ::zmq::message_t(bytes.data(), bytes.size());
  // All servers are given the same memory, so its address finds the message; whether it is that is seen by its bytes.
  const auto address = reinterpret_cast<std::uintptr_t>(bytes.data());
  ::zmq::message_t& kept = messages_[(address >> 4U) % slots];
  if (kept.to_string_view() != bytes) kept.rebuild(bytes.data(), bytes.size());
  ::zmq::message_t shared;
  shared.copy(kept);
  return shared;
}

}  // namespace amibroker::link::zeromq
