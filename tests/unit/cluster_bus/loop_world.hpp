// SPDX-License-Identifier: Apache-2.0
//
// Brokers of core/bus on one event loop, over any engine.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "core/base/event_loop.hpp"
#include "core/bus/cluster.hpp"
#include "core/bus/plugin_bus.hpp"

namespace amibroker::cluster_test {

using namespace std::chrono_literals;

/// One broker and its plugin. What the plugin did wrong is in `complaints`.
struct TestBroker {
  TestBroker(base::EventLoop& loop, cluster::Settings settings, const cluster::EngineDescriptor& engine,
             const cluster::Cluster::Limits& limits, const std::string& plugin_ = "device_state")
      : plugin(plugin_), cluster(loop, std::move(settings), limits) {
    if (const std::string why = cluster.use(engine); !why.empty()) throw std::runtime_error(why);
    bus.emplace(cluster, plugin, around());
    cluster.start();
  }

  cluster::PluginBus::Surroundings around() {
    return {
        [](const char*) { return true; },
        [this](const char* function, const char* text) { complaints.push_back(std::string(function) + ": " + text); },
        [this](const char* what, const std::function<void()>& task) {
          try {
            task();
            return true;
          } catch (const std::exception& fault) {
            complaints.push_back(std::string(what) + " threw " + fault.what());
            return false;
          }
        }};
  }

  std::string plugin;
  std::vector<std::string> complaints;
  cluster::Cluster cluster;
  std::optional<cluster::PluginBus> bus;
};

/// Runs the loop until it is so, or until the deadline.
inline bool run_until(base::EventLoop& loop, const std::function<bool()>& is_so,
                      std::chrono::milliseconds within = 20s) {
  if (is_so()) return true;
  bool result = false;
  const auto end = std::chrono::steady_clock::now() + within;
  const auto timer = loop.every(1ms, [&] {
    result = is_so();
    if (result || std::chrono::steady_clock::now() > end) loop.stop();
  });
  loop.run();
  loop.cancel(timer);
  return result;
}

}  // namespace amibroker::cluster_test
