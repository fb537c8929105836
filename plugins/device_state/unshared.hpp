// SPDX-License-Identifier: Apache-2.0
//
// Which custom devices are not shared although `custom = yes`, and telling the administrator why.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "amibroker/host.hpp"
#include "plugins/device_state/name_template.hpp"
#include "plugins/replication/distributor.hpp"

namespace amibroker::device_state {

/// Why a device is not one that all servers share.
enum class NotShared : std::uint8_t {
  no,              ///< it is shared
  other_provider,  ///< it is no custom device: nothing to say
  other_case,      ///< `custom:lower`: what is written is `Custom:lower`
  template_form,   ///< it may be what the broker calls another server's device
  slash,           ///< a restart of Asterisk makes another name of it
};

/// By the name alone, so that it does not depend on what happened before.
[[nodiscard]] NotShared why_not_shared(std::string_view device, const NameTemplate& names);

/// Writes one line for each such name, whatever server has it, and at most WarnedNames::capacity of one server. A name
/// that has the form of the template is looked at again some seconds later: an event may show what was written before
/// the event that it was written for has come. Loop's thread. Lives until Plugin::stop.
class UnsharedLog {
 public:
  /// The references must outlive this.
  UnsharedLog(Host& host, const replication::Distributor& distributor) : host_(host), distributor_(distributor) {}
  ~UnsharedLog() { host_.cancel(timer_); }
  UnsharedLog(const UnsharedLog&) = delete;
  UnsharedLog& operator=(const UnsharedLog&) = delete;

  /// A server has a custom device that is not shared for this reason.
  void add(ServerId server, std::string_view device, NotShared reason);

  /// The server is gone for good: what was told of its names is forgotten.
  void retire(ServerId server);

  static constexpr std::chrono::seconds delay{10};
  static constexpr std::ptrdiff_t most_waiting = 100;  ///< of one server

 private:
  struct Entry {
    ServerId server;
    std::string device;
    NotShared reason;
  };
  void tell();

  Host& host_;
  const replication::Distributor& distributor_;
  std::vector<Entry> waiting_;
  std::map<std::string, ServerId, std::less<>> told_;  ///< bounded, because what each server brings is
  std::map<ServerId, replication::WarnedNames> warned_;
  TimerId timer_ = 0;
};

}  // namespace amibroker::device_state
