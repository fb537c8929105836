// SPDX-License-Identifier: Apache-2.0
#include "core/app/traces.hpp"

#include <spdlog/spdlog.h>

#include <string>

#include "core/app/report.hpp"
#include "core/base/printable.hpp"

namespace amibroker::app {
namespace {

constexpr std::size_t longest_name = 80;

std::string label_of(const link::Server& server) {
  return "server [" + base::printable(server.config().section, longest_name) + "]";
}

}  // namespace

Traces::~Traces() {
  for (const auto& [server, timer] : ends_) loop_.cancel(timer);
}

void Traces::begin(ServerId server, std::chrono::seconds length) {
  spdlog::info("each message of {} is logged for {}, as the command trace asked", label_of(servers_.at(server)),
               length_text(length));
  servers_.show_traffic(server, true);
  base::TimerHandle& timer = ends_[server];
  loop_.cancel(timer);
  timer = loop_.after(length, [this, server] { end(server); });
}

bool Traces::end(ServerId server) {
  const auto found = ends_.find(server);
  if (found == ends_.end()) return false;
  loop_.cancel(found->second);
  ends_.erase(found);
  servers_.show_traffic(server, false);
  // Of one that left nothing was logged any more, and another may be called so by now.
  if (!servers_.at(server).stopped())
    spdlog::info("messages of {} are no longer logged", label_of(servers_.at(server)));
  return true;
}

}  // namespace amibroker::app
