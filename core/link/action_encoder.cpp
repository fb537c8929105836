// SPDX-License-Identifier: Apache-2.0
#include "core/link/action_encoder.hpp"

#include "core/ami/action_check.hpp"
#include "core/ami/json_encoder.hpp"
#include "core/link/refused_actions.hpp"

namespace amibroker::link {

bool ActionEncoder::prepare(const Action& action, std::uint64_t above) {
  if (action_id_ > above && action == action_) return true;
  if (!ami::may_be_sent(action, refusal_)) return false;
  if (const auto why = refusal_over_zmq(action.name()); !why.empty()) {
    refusal_ = std::string(action.name()) + " is not sent to Asterisk: " + std::string(why);
    return false;
  }
  ++action_id_;
  ami::encode_json(action, action_id_, json_);
  message_.rebuild(json_.data(), json_.size());
  action_ = action;
  return true;
}

zmq::message_t ActionEncoder::message() {
  zmq::message_t shared;
  shared.copy(message_);
  return shared;
}

}  // namespace amibroker::link
