// SPDX-License-Identifier: Apache-2.0
//
// Actions as messages of libzmq, one for all servers that get the same bytes.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <zmq.hpp>

namespace amibroker::link::zeromq {

/// A change of a phone goes to all other servers as the same bytes. A message for each of them would be allocated on
/// the loop's thread and freed on libzmq's, which fight for the allocator: that took a third of the speed. So the
/// servers share one message, and it is kept here until others have come: then it is freed where it was made. At most 1
/// MiB. One thread.
class MessageCache {
 public:
  /// A message with these bytes.
  [[nodiscard]] ::zmq::message_t get(std::string_view bytes);

 private:
  static constexpr std::size_t slots = 1024;
  static constexpr std::size_t largest_kept = 1024;  // larger ones are rare

  std::array<::zmq::message_t, slots> messages_;
};

}  // namespace amibroker::link::zeromq
