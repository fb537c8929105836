// SPDX-License-Identifier: Apache-2.0
#include "amibroker/router.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "amibroker/testing/fake_host.hpp"
#include "amibroker/testing/message_builder.hpp"

namespace amibroker::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Routers : public ::testing::Test {
 protected:
  Routers() { router.start(host); }
  Router::Handler note(std::string as) {
    return [this, as = std::move(as)](ServerId server, const Message& message) {
      seen.push_back(as + ' ' + std::to_string(server) + ' ' + std::string(message["Channel"]));
    };
  }
  bool send(std::string_view event, ServerId server = 0) {
    MessageBuilder message(event);
    message.add("Channel", "c");
    return router.handle(server, message.message());
  }
  FakeHost host{{"One", "Two"}};
  Router router;
  std::vector<std::string> seen;
};

TEST_F(Routers, HandEachEventToItsHandlerWithoutCase) {
  router.on("Hangup", note("hangup"));
  router.on("Newchannel", note("new"));
  EXPECT_THAT(host.subscribed, ElementsAre("Hangup", "Newchannel"));
  EXPECT_TRUE(send("Newchannel", 1));
  EXPECT_TRUE(send("HANGUP"));
  EXPECT_FALSE(send("Other"));
  EXPECT_FALSE(router.handle(0, Message()));
  EXPECT_THAT(seen, ElementsAre("new 1 c", "hangup 0 c"));
}

TEST_F(Routers, ReplaceAHandler) {
  router.on("Hangup", note("old"));
  router.on("hangup", note("new"));
  EXPECT_EQ(router.size(), 1U);
  send("Hangup");
  EXPECT_THAT(seen, ElementsAre("new 0 c"));
}

TEST_F(Routers, Unsubscribe) {
  router.on("Hangup", note("hangup"));
  EXPECT_TRUE(router.off("HANGUP"));
  EXPECT_FALSE(router.off("HANGUP"));
  EXPECT_THAT(host.subscribed, IsEmpty());
  EXPECT_FALSE(send("Hangup"));
}

TEST_F(Routers, LetAHandlerTakeItselfOutAndPutAnotherIn) {
  const std::string text(100, 'x');  // owned by the handler: gone too early, if the handler is
  router.on("Hangup", [this, text](ServerId, const Message&) {
    router.off("Hangup");
    router.on("Hangup", note("second"));
    seen.push_back(text);
  });
  send("Hangup");
  send("Hangup");
  EXPECT_THAT(seen, ElementsAre(text, "second 0 c"));
}

TEST_F(Routers, RefuseWhatCannotBeCalled) {
  EXPECT_THROW(router.on("Hangup", {}), std::invalid_argument);
  EXPECT_THROW(Router().on("Hangup", note("x")), std::logic_error);
  EXPECT_THAT(host.subscribed, IsEmpty());
}

}  // namespace
}  // namespace amibroker::testing
