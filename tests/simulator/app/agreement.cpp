// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/app/agreement.hpp"

namespace amibroker::sim::app {

bool Agreement::agrees(std::size_t pair) const {
  const auto& phone = (*phones_)[pair / fleet_->size()];
  const auto target = pair % fleet_->size();
  return target == phone.server ||
         (*fleet_)[target].device_state("Custom:" + phone.device) == (*fleet_)[phone.server].device_state(phone.device);
}

bool Agreement::reached() {
  const auto pairs = phones_->size() * fleet_->size();
  while (agreed_ < pairs && agrees(agreed_)) ++agreed_;
  return agreed_ == pairs;
}

std::vector<std::string> Agreement::disagreements() const {
  std::vector<std::string> lines;
  for (std::size_t pair = 0; pair < phones_->size() * fleet_->size(); ++pair) {
    if (agrees(pair)) continue;
    const auto& phone = (*phones_)[pair / fleet_->size()];
    const auto target = pair % fleet_->size();
    lines.push_back(phone.device + " is " + std::string(to_string((*fleet_)[phone.server].device_state(phone.device))) +
                    " on server " + std::to_string(phone.server + 1) + ", but server " + std::to_string(target + 1) +
                    " holds " + std::string(to_string((*fleet_)[target].device_state("Custom:" + phone.device))));
  }
  return lines;
}

}  // namespace amibroker::sim::app
