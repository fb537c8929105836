// SPDX-License-Identifier: Apache-2.0
#include "core/link/action_encoder.hpp"

namespace amibroker::link {

bool ActionEncoder::prepare(const Action& action, std::uint64_t above) {
  if (encoded_ != nullptr && action_id_ > above && action == action_) return true;
  if (!ami::may_be_sent(action, refusal_, transport_.traits().bytes)) return false;
  if (const auto why = transport_.refusal(action.name()); !why.empty()) {
    refusal_ = std::string(action.name()) + " is not sent to Asterisk: " + std::string(why);
    return false;
  }
  encoded_ = transport_.encode(action, ++action_id_);
  action_ = action;
  return true;
}

}  // namespace amibroker::link
