// SPDX-License-Identifier: Apache-2.0
#include "core/control/crowd.hpp"

#include <algorithm>
#include <vector>

#include "core/control/session.hpp"

namespace amibroker::control {

bool Crowd::make_room() {
  if (sessions_.size() < most_) return true;
  Session* slowest = nullptr;
  for (Session* const session : sessions_)
    if (session->may_go() && (slowest == nullptr || session->last_step() < slowest->last_step())) slowest = session;
  if (slowest == nullptr) return false;
  sessions_.erase(slowest);  // its end may come some turns later
  slowest->close();
  return true;
}

void Crowd::close() {
  for (Session* const session : std::set(sessions_)) session->close();
}

}  // namespace amibroker::control
