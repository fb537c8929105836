// SPDX-License-Identifier: Apache-2.0
//
// One attempt to connect, which may take longer than anybody waits.
#pragma once

#include <nats/nats.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace amibroker::nats {

struct ConnectionEnd {
  void operator()(natsConnection* connection) const noexcept { natsConnection_Destroy(connection); }
};
using Connection = std::unique_ptr<natsConnection, ConnectionEnd>;

struct Attempt {
  Connection connection{};  ///< null if it failed
  std::string why{};
};

/// Attempts that hang: a name server that never answers, or a server that stops in the middle of TLS, for which libnats
/// has no limit. Each has a thread of its own, which is left to itself if nobody waits any longer (decision 14).
class Attempts {
 public:
  static constexpr int most_hanging = 16;

  Attempts();
  ~Attempts();
  Attempts(const Attempts&) = delete;
  Attempts& operator=(const Attempts&) = delete;

  /// Calls `connect` on another thread and waits for it, but no longer than `patience`, and not after `give_up`.
  [[nodiscard]] Attempt run(std::function<Attempt()> connect, std::chrono::milliseconds patience);
  /// Any thread.
  void give_up() noexcept;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace amibroker::nats
