// SPDX-License-Identifier: Apache-2.0
//
// Plain NATS as the engine of the bus.
#pragma once

#include <nats/nats.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "buses/nats/connection.hpp"
#include "buses/nats/options.hpp"
#include "core/bus/engine.hpp"

namespace amibroker::nats {

/// Its object lives until the process ends. See cluster::Engine.
class NatsEngine final : public cluster::Engine {
 public:
  /// Never destroyed. Throws std::runtime_error if the files of `access` cannot be used.
  [[nodiscard]] static NatsEngine& make(const cluster::Access& access, const char* client_name,
                                        cluster::EngineListener& listener);

  [[nodiscard]] bool connect(const cluster::Url& url, std::string& why) noexcept override;
  [[nodiscard]] bool subscribe(const std::string& subject) noexcept override;
  [[nodiscard]] bool settle() noexcept override;
  [[nodiscard]] Sent publish(const std::string& subject, const std::string& reply,
                             std::string_view payload) noexcept override;
  void disconnect() noexcept override;
  void close() noexcept override;

 private:
  NatsEngine(const cluster::Access& access, const char* client_name, cluster::EngineListener& listener)
      : access_(access), client_name_(client_name), listener_(&listener) {}
  ~NatsEngine() = default;

  [[nodiscard]] Callbacks callbacks() noexcept;
  template <typename Tell>
  void tell(Tell&& tell) noexcept;
  void heard(natsMsg* message) noexcept;
  void failed(natsConnection* connection, natsSubscription* subscription, natsStatus status) noexcept;
  void count_dropped(natsSubscription* subscription) noexcept;
  void left(natsConnection* connection) noexcept;

  const cluster::Access access_;
  const std::string client_name_;
  Attempts attempts_;
  Connection connection_;  // of the one thread that uses the engine, as the next
  std::vector<natsSubscription*> subscriptions_;

  std::mutex mutex_;  // guards what follows
  cluster::EngineListener* listener_;
  const natsConnection* current_ = nullptr;
  std::map<const natsSubscription*, std::int64_t> dropped_;  // that were told
};

}  // namespace amibroker::nats
