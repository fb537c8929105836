// SPDX-License-Identifier: Apache-2.0
#include "core/app/event_feed.hpp"

#include <gmock/gmock.h>

#include <array>

namespace amibroker::app {
namespace {

template <std::size_t N>
std::string subject(const std::array<Field, N>& fields) {
  return std::string(subject_of(Message(fields)));
}

TEST(EventSubject, IsWhatTheEventIsAbout) {
  EXPECT_EQ(subject(std::array<Field, 2>{{{"Event", "DeviceStateChange"}, {"Device", "PJSIP/100"}}}), "PJSIP/100");
  EXPECT_EQ(subject(std::array<Field, 2>{{{"Event", "PresenceStateChange"}, {"Presentity", "CustomPresence:1"}}}),
            "CustomPresence:1");
  EXPECT_EQ(subject(std::array<Field, 2>{{{"Event", "MessageWaiting"}, {"mailbox", "100@default"}}}), "100@default");
  EXPECT_EQ(subject(std::array<Field, 3>{{{"Event", "Newexten"}, {"Channel", "PJSIP/1-0001"}, {"Exten", "200"}}}),
            "200")
      << "the number says more than the channel";
}

TEST(EventSubject, AFieldThatIsEmptySaysNothing) {
  EXPECT_EQ(subject(std::array<Field, 3>{{{"Event", "Newchannel"}, {"Exten", ""}, {"Channel", "PJSIP/1-0001"}}}),
            "PJSIP/1-0001");
}

TEST(EventSubject, IsEmptyIfTheEventNamesNothing) {
  EXPECT_EQ(subject(std::array<Field, 2>{{{"Event", "FullyBooted"}, {"Status", "Fully Booted"}}}), "");
}

}  // namespace
}  // namespace amibroker::app
