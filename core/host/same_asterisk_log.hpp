// SPDX-License-Identifier: Apache-2.0
//
// The line about an Asterisk that is entered twice.
#pragma once

#include <set>
#include <utility>

#include "amibroker/same_asterisk.hpp"
#include "core/host/server_table.hpp"

namespace amibroker::host {

/// One for all plugins, so that each pair has one line. Loop's thread only.
class SameAsteriskLog final : public SameAsterisk {
 public:
  /// `servers` must outlive this.
  explicit SameAsteriskLog(const ServerTable& servers) noexcept : servers_(servers) {}

  void found(ServerId one, ServerId other, std::string_view proof) noexcept override;

 private:
  const ServerTable& servers_;
  std::set<std::pair<ServerId, ServerId>> said_;
};

}  // namespace amibroker::host
