// SPDX-License-Identifier: Apache-2.0
//
// What `/metrics` says: docs/monitoring.md lists it.
#pragma once

#include <chrono>
#include <vector>

#include "core/app/board_feed.hpp"
#include "core/app/live_config.hpp"
#include "core/app/logging.hpp"
#include "core/base/event_loop.hpp"
#include "core/bus/cluster.hpp"
#include "core/control/metrics.hpp"
#include "core/control/site.hpp"
#include "core/host/plugin_host.hpp"
#include "core/link/servers.hpp"

namespace amibroker::app {

/// Appends the figures of the broker's core: of the daemon, its servers and its plugins. Loop's thread.
void collect_core(const link::Servers& servers, const host::PluginHost& plugins, const Logging& log,
                  std::vector<control::Family>& families);

/// How long the rounds of the event loop take. Loop's thread.
void collect_loop(const base::EventLoop& loop, std::vector<control::Family>& families);

/// Whether the configuration was taken when it was read last, and when that was. Loop's thread.
void collect_config(const LiveConfig::LastRead& last, std::vector<control::Family>& families);

/// How many lamps stand how, and how long they take, once that is known: the plugins are asked from the first question
/// on. Loop's thread.
void collect_lamps(BoardFeed& board, std::vector<control::Family>& families);

/// What the bus between sites carries; nothing if there is none. Loop's thread.
void collect_cluster(const cluster::Cluster* cluster, std::vector<control::Family>& families);

/// However many ask, figures are collected no more often than this: what the loop does for them is bounded.
inline constexpr std::chrono::milliseconds metrics_age{200};

/// Adds the page `/metrics`. `sources` are asked on the loop's thread, one after the other, unless what they said last
/// is younger than `age`; it is written as text elsewhere. All live as long as the page may be asked for.
void add_metrics(control::Site& site, std::vector<control::Collect> sources, const base::EventLoop& loop,
                 std::chrono::milliseconds age = metrics_age);

}  // namespace amibroker::app
