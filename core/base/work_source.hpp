// SPDX-License-Identifier: Apache-2.0
//
// Work that the loop cannot see by itself: it must be asked for before the loop sleeps.
#pragma once

namespace amibroker::base {

/// Implemented by whatever holds input that the kernel does not show (ZeroMQ sockets, for instance). Loop's thread.
class WorkSource {
 public:
  /// Does a fair share of what is ready now, in bounded time. True: more is ready.
  virtual bool turn() = 0;
  /// Whether another turn would find something, so that the loop must not sleep.
  [[nodiscard]] virtual bool has_more() const noexcept = 0;
  /// Becomes readable when a turn would find something that `has_more` does not know of. The same for the life of the
  /// source, which owns it.
  [[nodiscard]] virtual int descriptor() const noexcept = 0;

 protected:
  ~WorkSource() = default;
};

}  // namespace amibroker::base
