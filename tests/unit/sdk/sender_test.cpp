// SPDX-License-Identifier: Apache-2.0
#include "amibroker/sender.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "amibroker/testing/fake_host.hpp"

namespace amibroker::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class Senders : public ::testing::Test {
 protected:
  Senders() { EXPECT_EQ(::pipe2(pipe_.data(), O_CLOEXEC), 0); }
  ~Senders() override { close_reader(); }
  void close_reader() {
    if (pipe_[0] >= 0) ::close(std::exchange(pipe_[0], -1));
  }
  /// Until the kernel takes no more, so that the next record has to wait.
  void fill() const {
    const int flags = ::fcntl(pipe_[1], F_GETFL);
    EXPECT_EQ(::fcntl(pipe_[1], F_SETFL, flags | O_NONBLOCK), 0);
    const std::string block(4096, '-');
    while (::write(pipe_[1], block.data(), block.size()) > 0) continue;
  }
  std::string read_all() const {
    std::string text(1'000'000, '\0');
    std::size_t size = 0;
    for (ssize_t count = 1; count > 0 && size < text.size();
         size += static_cast<std::size_t>(std::max<ssize_t>(count, 0)))
      count = ::read(pipe_[0], text.data() + size, text.size() - size);
    text.resize(size);
    return text;
  }
  FakeHost host{{"One"}};
  std::array<int, 2> pipe_{-1, -1};
};

TEST_F(Senders, WriteRecordsInOrderAndWhatWaitsBeforeTheEnd) {
  std::string expected;
  {
    Sender sender(host, "pipe", pipe_[1], {.last_write = 10s});
    for (int i = 0; i < 1000; ++i) {
      const std::string record = std::to_string(i) + '\n';
      expected += record;
      EXPECT_TRUE(sender.send(record));
    }
  }
  EXPECT_EQ(read_all(), expected);
  EXPECT_EQ(host.counted("pipe sent"), 1000U);
  EXPECT_EQ(host.counted("pipe dropped"), 0U);
}

TEST_F(Senders, StopInTimeIfTheReceiverNeverReads) {
  fill();
  Sender sender(host, "pipe", pipe_[1], {.last_write = 20ms});
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(sender.send("record"));
  const auto begin = std::chrono::steady_clock::now();
  sender.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);  // it would be for ever
  EXPECT_EQ(host.counted("pipe dropped"), 10U);
  EXPECT_EQ(host.logged(Level::warning, "pipe: 10 records were dropped: the receiver did not take them"), 1U);
  EXPECT_FALSE(sender.send("late"));
  sender.stop();
}

TEST_F(Senders, CountAndSayOnceAMinuteWhatHasNoRoom) {
  fill();
  Sender sender(host, "pipe", pipe_[1], {.most_bytes = 300, .last_write = 1ms});
  EXPECT_FALSE(sender.send(std::string(300, 'x'))) << "larger than the whole queue";
  EXPECT_TRUE(sender.send(std::string(100, 'x')));
  EXPECT_TRUE(sender.send(std::string(100, 'x')));
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(sender.send(std::string(10, 'x')));
  EXPECT_EQ(host.counted("pipe dropped"), 6U);
  EXPECT_EQ(host.logged(Level::warning, "pipe: 1 records were dropped: the receiver does not keep up"), 1U);
  EXPECT_EQ(host.logged(Level::warning), 1U);
  host.clock.advance(1min);
  EXPECT_FALSE(sender.send(std::string(10, 'x')));
  EXPECT_EQ(host.logged(Level::warning, "pipe: 6 records were dropped"), 1U);
}

TEST_F(Senders, SayWhetherThereIsRoomForARecord) {
  fill();
  Sender sender(host, "pipe", pipe_[1], {.most_bytes = 300, .last_write = 1ms});
  EXPECT_TRUE(sender.has_room(268));
  EXPECT_FALSE(sender.has_room(269));
  EXPECT_TRUE(sender.send(std::string(100, 'x')));
  EXPECT_TRUE(sender.has_room(136));
  EXPECT_FALSE(sender.has_room(137));
  EXPECT_TRUE(sender.send(std::string(136, 'x'))) << "it says what send does";
  EXPECT_FALSE(sender.has_room(0));
  EXPECT_EQ(host.logged(Level::warning), 0U);
  EXPECT_EQ(host.counted("pipe dropped"), 0U);
  sender.stop();
  EXPECT_FALSE(sender.has_room(0));
}

TEST_F(Senders, BoundEmptyRecordsToo) {
  fill();
  Sender sender(host, "pipe", pipe_[1], {.most_bytes = 320, .last_write = 1ms});
  EXPECT_TRUE(sender.send(std::string(10, 'x')));
  int taken = 0;
  for (int i = 0; i < 1000; ++i) taken += sender.send("") ? 1 : 0;
  EXPECT_LE(taken, 10);
}

TEST_F(Senders, SayThatTheReceiverIsGoneAndTellThePlugin) {
  close_reader();
  std::vector<std::string> told;
  Sender sender(host, "pipe", pipe_[1], {}, [&](const std::string& why) { told.push_back(why); });
  sender.send("one");
  sender.send("two");
  sender.stop();
  EXPECT_EQ(host.run_posted(), 1U) << "once a minute";
  ASSERT_EQ(told.size(), 1U);
  EXPECT_THAT(told[0], HasSubstr("Broken pipe"));
  EXPECT_EQ(host.counted("pipe dropped"), 2U);
  EXPECT_EQ(host.logged(Level::warning, "pipe: 1 records were dropped: the receiver does not take them"), 1U);
  EXPECT_EQ(host.logged(Level::warning, "pipe: 1 records were dropped: since the last such line"), 1U);
}

TEST_F(Senders, AppendToAFile) {
  const std::string file = ::testing::TempDir() + "sender-test-" + std::to_string(::getpid());
  for (const char* record : {"one ", "two "}) Sender(host, "file", Sender::open_to_append(file)).send(record);
  std::ifstream in(file);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "one two ");
  std::filesystem::remove(file);
}

TEST_F(Senders, DoNotWaitForAReaderOfAPipe) {
  const std::string file = ::testing::TempDir() + "sender-fifo-" + std::to_string(::getpid());
  ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
  EXPECT_THROW(static_cast<void>(Sender::open_to_append(file)), std::system_error);
  std::filesystem::remove(file);
  EXPECT_THROW(static_cast<void>(Sender::open_to_append("/nonexistent/file")), std::system_error);
}

}  // namespace
}  // namespace amibroker::testing
