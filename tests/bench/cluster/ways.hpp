// SPDX-License-Identifier: Apache-2.0
//
// Two ways from one node of the engine to another: the broker's bus, and the least that libnats allows.
#pragma once

#include <nats/nats.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/engine/nats_cluster.hpp"
#include "tests/unit/nats/nats_world.hpp"

namespace amibroker::cluster_bench {

/// Who hears what was sent; on any thread.
using Hears = std::function<void(std::string_view payload)>;

/// From node 0 or 2 to node 1. Loop's thread.
class Way {
 public:
  virtual ~Way() = default;
  /// False if it was not taken.
  virtual bool send(std::string_view payload) = 0;
  /// The node from which it goes out now.
  [[nodiscard]] virtual std::size_t from() const = 0;
};

class BusWay final : public Way {
 public:
  BusWay(base::EventLoop& loop, engine_test::NatsCluster& engine, Hears hears)
      : engine_(engine),
        limits_{},
        sender_(loop, cluster_test::settings_of("a", {engine.node(0).port(), engine.node(2).port()}),
                cluster_test::nats_engine(), limits_),
        receiver_(loop, cluster_test::settings_of("b", {engine.node(1).port()}), cluster_test::nats_engine(), limits_) {
    receiver_.bus->subscribe("n", [hears](const Bus::Heard& heard) { hears(heard.payload); });
    cluster_test::run_until(loop, [&] { return sender_.bus->is_up() && receiver_.bus->is_up(); });
  }
  bool send(std::string_view payload) override { return sender_.bus->publish("n", payload); }
  [[nodiscard]] std::size_t from() const override {
    return sender_.cluster.summary().find(engine_.node(0).url()) != std::string::npos ? 0 : 2;
  }

 private:
  engine_test::NatsCluster& engine_;
  cluster::Cluster::Limits limits_;
  cluster_test::TestBroker sender_;
  cluster_test::TestBroker receiver_;
};

/// Publishes on the thread that sends, and hears on the one of libnats.
class LeastWay final : public Way {
 public:
  LeastWay(base::EventLoop&, engine_test::NatsCluster& engine, Hears hears)
      : engine_(engine), hears_(std::move(hears)) {
    sender_ = connect({engine.node(0).url(), engine.node(2).url()});
    receiver_ = connect({engine.node(1).url()});
    natsConnection_Subscribe(
        &subscription_, receiver_, "bench.least",
        [](natsConnection*, natsSubscription*, natsMsg* message, void* self) {
          static_cast<LeastWay*>(self)->hears_(
              {natsMsg_GetData(message), static_cast<std::size_t>(natsMsg_GetDataLength(message))});
          natsMsg_Destroy(message);
        },
        this);
    natsSubscription_SetPendingLimits(subscription_, -1, -1);
    natsConnection_Flush(receiver_);
  }
  ~LeastWay() override {
    natsConnection_Destroy(sender_);
    natsConnection_Destroy(receiver_);
    natsSubscription_Destroy(subscription_);
  }
  bool send(std::string_view payload) override {
    return natsConnection_Publish(sender_, "bench.least", payload.data(), static_cast<int>(payload.size())) == NATS_OK;
  }
  [[nodiscard]] std::size_t from() const override {
    char url[100] = "";
    natsConnection_GetConnectedUrl(sender_, url, sizeof url);
    return engine_.node(0).url() == url ? 0 : 2;
  }

 private:
  static natsConnection* connect(const std::vector<std::string>& urls) {
    std::vector<const char*> servers;
    for (const std::string& url : urls) servers.push_back(url.c_str());
    natsOptions* options = nullptr;
    natsOptions_Create(&options);
    natsOptions_SetServers(options, servers.data(), static_cast<int>(servers.size()));
    natsOptions_SetIgnoreDiscoveredServers(options, true);
    natsOptions_SetSendAsap(options, true);
    natsOptions_SetPingInterval(options, 1000);
    natsOptions_SetMaxPingsOut(options, 2);
    natsOptions_SetReconnectWait(options, 10);
    natsOptions_SetMaxReconnect(options, -1);
    natsConnection* made = nullptr;
    const natsStatus status = natsConnection_Connect(&made, options);
    natsOptions_Destroy(options);
    if (status != NATS_OK) throw std::runtime_error(natsStatus_GetText(status));
    return made;
  }

  engine_test::NatsCluster& engine_;
  Hears hears_;
  natsConnection* sender_ = nullptr;
  natsConnection* receiver_ = nullptr;
  natsSubscription* subscription_ = nullptr;
};

}  // namespace amibroker::cluster_bench
