// SPDX-License-Identifier: Apache-2.0
//
// Frames carry what they are given, and a reader takes no frame that does not fit.
#include "core/host/isolated_messages.hpp"

#include <gmock/gmock.h>

#include <random>

namespace amibroker::host::isolated {
namespace {

using namespace std::chrono_literals;
using ::testing::SizeIs;

constexpr std::size_t head = sizeof(std::uint32_t) + sizeof(Kind);

template <typename Write>
std::string body_of(Write&& write) {
  std::string buffer;
  FrameWriter frame(buffer, Kind::reply);
  write(frame);
  frame.end();
  return buffer.substr(head);
}

std::string reply_body() {
  const std::vector<Field> first{{"Response", "Success"}, {"A", ""}, {"A", "2"}}, second{};
  const std::vector<Message> messages{Message(first), Message(second)};
  return body_of([&](FrameWriter& frame) { write_reply(frame, 7, {Outcome::error, "no", messages}); });
}

std::string request_body() {
  return body_of([](FrameWriter& frame) {
    RequestFrame::write(frame, 9, 3, 250ms, Action("Setvar").add("Variable", "a=1").add("Variable", ""));
  });
}

TEST(IsolatedFrames, AReplyKeepsItsMessagesAndTheirRepeats) {
  const std::string body = reply_body();
  FrameReader frame(body);
  const ReplyFrame read(frame);
  frame.end();
  EXPECT_EQ(read.request, 7U);
  EXPECT_EQ(read.reply.outcome, Outcome::error);
  EXPECT_EQ(read.reply.text, "no");
  ASSERT_THAT(read.reply.messages, SizeIs(2));
  ASSERT_THAT(read.reply.messages[0], SizeIs(3));
  EXPECT_EQ(read.reply.messages[0].begin()[2].value, "2");
  EXPECT_TRUE(read.reply.messages[1].empty());
}

TEST(IsolatedFrames, ARequestKeepsItsHeaders) {
  const std::string body = request_body();
  FrameReader frame(body);
  const RequestFrame read = RequestFrame::read(frame);
  frame.end();
  EXPECT_EQ(read.number, 9U);
  EXPECT_EQ(read.server, 3U);
  EXPECT_EQ(read.timeout, 250ms);
  EXPECT_EQ(read.action, Action("Setvar").add("Variable", "a=1").add("Variable", ""));
}

TEST(IsolatedFrames, APluginKeepsItsSettingsAndWhatItsOptionsMayName) {
  PluginFrame asked{{"/first", "/second"}, {"foo", true, 7, {{"server", "office", 8}}}};
  asked.config.context =
      std::make_shared<const OptionContext>(OptionContext{{"office", "branch"}, "/etc/zmq-ami-broker"});
  const std::string body = body_of([&](FrameWriter& frame) { asked.write(frame); });
  FrameReader frame(body);
  const PluginFrame read = PluginFrame::read(frame);
  frame.end();
  EXPECT_EQ(read.folders, asked.folders);
  EXPECT_EQ(read.config.name, "foo");
  EXPECT_EQ(read.config.line, 7);
  ASSERT_THAT(read.config.settings, SizeIs(1));
  EXPECT_EQ(read.config.settings[0].value, "office");
  EXPECT_EQ(read.config.settings[0].line, 8);
  EXPECT_EQ(read.config.context->servers, asked.config.context->servers);
  EXPECT_EQ(read.config.context->folder, "/etc/zmq-ami-broker");
}

TEST(IsolatedFrames, EveryFrameThatIsCutIsRefused) {
  const std::string reply = reply_body(), request = request_body();
  for (std::size_t size = 0; size < reply.size(); ++size) {
    FrameReader frame(std::string_view(reply).substr(0, size));
    EXPECT_THROW(ReplyFrame{frame}, BadFrame) << size;
  }
  for (std::size_t size = 0; size < request.size(); ++size) {
    FrameReader frame(std::string_view(request).substr(0, size));
    EXPECT_THROW(static_cast<void>(RequestFrame::read(frame)), BadFrame) << size;
  }
  const std::string longer = request + "x";
  FrameReader frame(longer);
  static_cast<void>(RequestFrame::read(frame));
  EXPECT_THROW(frame.end(), BadFrame);
}

TEST(IsolatedFrames, ACountThatIsALieMakesNoRoom) {
  const std::string body = body_of([](FrameWriter& frame) { frame.number(true).number(std::uint32_t{0x7fffffff}); });
  FrameReader frame(body);
  EXPECT_THROW(static_cast<void>(read_interest(frame)), BadFrame);
}

TEST(IsolatedFrames, RandomBytesAreReadOrRefused) {
  std::mt19937 random(1);
  std::size_t refused = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string body = round % 2 == 0 ? reply_body() : request_body();
    for (int change = 0; change < 3; ++change) body[random() % body.size()] = static_cast<char>(random());
    FrameReader frame(body);
    try {
      if (round % 2 == 0) static_cast<void>(ReplyFrame(frame));
      else static_cast<void>(RequestFrame::read(frame));
      frame.end();
    } catch (const BadFrame&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 1'000U);
}

TEST(IsolatedFrames, TooManyInterestsBecomeAll) {
  link::Interest many;
  for (std::size_t i = 0; i <= most_interests; ++i) many.names.push_back("Event" + std::to_string(i));
  const std::string body = body_of([&](FrameWriter& frame) { write_interest(frame, many); });
  FrameReader frame(body);
  EXPECT_TRUE(read_interest(frame).all);
}

TEST(IsolatedFrames, AFrameThatWasNotEndedLeavesNothing) {
  std::string buffer = "before";
  { FrameWriter(buffer, Kind::event).text("half"); }
  EXPECT_EQ(buffer, "before");
}

}  // namespace
}  // namespace amibroker::host::isolated
