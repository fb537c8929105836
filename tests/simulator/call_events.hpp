// SPDX-License-Identifier: Apache-2.0
//
// What Asterisk says of a call beside the state of the device: Newchannel, DialBegin, DialEnd, Hangup and so on, in the
// form of the recordings (tests/data). No I/O, no clock.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/device_state.hpp"
#include "tests/simulator/wire.hpp"

namespace amibroker::sim {

/// The calls of one server. Each call comes in on a trunk and rings one phone: two channels, as in the recordings. One
/// thread at a time.
class CallEvents {
 public:
  /// `system_name`: `systemname` of asterisk.conf; it begins each Uniqueid, as on a real server. It may be empty.
  explicit CallEvents(std::string system_name) : system_name_(std::move(system_name)) {}

  /// The events of a phone (`PJSIP/100`) whose state becomes `state`, in order; none if no call begins, is answered or
  /// ends with it. A call that nobody answered ends with DialStatus NOANSWER.
  std::vector<Fields> step(const std::string& device, DeviceState state);

 private:
  /// One end of a call, with what each event says of it.
  struct Channel {
    std::string name;
    std::string unique_id;
    std::string linked_id;
    std::string number;     ///< of the one at this end
    std::string connected;  ///< of the one at the other end, if it is known here
    std::string extension;
    char state = '0';
  };
  struct Call {
    Channel caller;
    Channel called;
    bool answered = false;
  };

  [[nodiscard]] Channel new_channel(const std::string& device);
  [[nodiscard]] std::vector<Fields> begin(const std::string& device);
  [[nodiscard]] std::vector<Fields> answer(Call& call) const;
  [[nodiscard]] std::vector<Fields> end(const Call& call) const;
  [[nodiscard]] Fields event(std::string_view name, std::string_view privilege) const;
  [[nodiscard]] Fields event_of(std::string_view name, const Channel& channel) const;
  [[nodiscard]] Fields dial(std::string_view name, const Call& call) const;
  [[nodiscard]] Fields hangup(const Channel& channel, std::string_view cause, std::string_view text) const;
  static void add(Fields& fields, const std::string& prefix, const Channel& channel);

  std::string system_name_;
  std::map<std::string, Call> calls_;  ///< under way, by the phone that is called
  std::uint32_t channels_ = 0;         ///< made so far
};

}  // namespace amibroker::sim
