// SPDX-License-Identifier: Apache-2.0
#include "core/app/logging.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace amibroker::app {
namespace {

using namespace std::chrono_literals;

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

/// stderr as a pipe, and JOURNAL_STREAM as systemd would set it for that pipe, or not at all.
class LoggingTest : public testing::Test {
 protected:
  LoggingTest() : saved_(dup(STDERR_FILENO)) {
    EXPECT_EQ(pipe(ends_), 0);
    dup2(ends_[1], STDERR_FILENO);
    unsetenv("JOURNAL_STREAM");
  }
  ~LoggingTest() override {
    restore();
    close(ends_[0]);
    unsetenv("JOURNAL_STREAM");
  }

  void name_journal() {
    struct stat status {};
    fstat(STDERR_FILENO, &status);
    setenv("JOURNAL_STREAM", (std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino)).c_str(), 1);
  }

  /// Fills the pipe, so that whoever writes next waits.
  void fill_pipe() {
    const int flags = fcntl(ends_[1], F_GETFL);
    fcntl(ends_[1], F_SETFL, flags | O_NONBLOCK);
    while (write(ends_[1], "\n", 1) == 1) {
    }
    fcntl(ends_[1], F_SETFL, flags);
  }

  void restore() {
    if (saved_ < 0) return;
    dup2(saved_, STDERR_FILENO);
    close(saved_);
    close(ends_[1]);
    saved_ = -1;
  }

  /// Everything that is written until the last writer is gone.
  std::string read_all() const {
    std::string text;
    char buffer[4096];
    for (ssize_t got = read(ends_[0], buffer, sizeof buffer); got > 0; got = read(ends_[0], buffer, sizeof buffer))
      text.append(buffer, static_cast<std::size_t>(got));
    return text;
  }

  /// Everything that is written until `end` was.
  std::string read_until(std::string_view end) const {
    std::string text;
    char byte = 0;
    while (text.find(end) == text.npos && read(ends_[0], &byte, 1) == 1) text += byte;
    return text;
  }

  [[nodiscard]] bool has_input() const {
    pollfd ready{ends_[0], POLLIN, 0};
    return poll(&ready, 1, 0) == 1;
  }

  std::string output() {
    restore();
    return read_all();
  }

 private:
  int saved_;
  int ends_[2]{-1, -1};
};

TEST_F(LoggingTest, LinesHaveATimeWithMillisecondsAndALevel) {
  {
    const Logging logging(Level::info);
    spdlog::info("hello {}", 1);
  }
  EXPECT_THAT(output(), MatchesRegex("[0-9]+-[0-9]+-[0-9]+ [0-9]+:[0-9]+:[0-9]+\\.[0-9][0-9][0-9] info hello 1\n"));
}

TEST_F(LoggingTest, LinesForTheJournalHaveAPriorityAndNoTime) {
  name_journal();
  EXPECT_TRUE(stderr_is_journal());
  {
    const Logging logging(Level::debug);
    spdlog::debug("d");
    spdlog::info("i");
    spdlog::warn("w");
    spdlog::error("e");
    spdlog::critical("c");
  }
  EXPECT_EQ(output(), "<7>d\n<6>i\n<4>w\n<3>e\n<2>c\n");
}

TEST_F(LoggingTest, ALineWithoutALogHasItsPriorityInTheJournalAlone) {
  print_line(Level::error, "plain");
  name_journal();
  print_line(Level::error, "e");
  print_line(Level::warning, "w");
  EXPECT_EQ(output(), "plain\n<3>e\n<4>w\n");
}

TEST_F(LoggingTest, ADrainWaitsUntilTheLinesAreWritten) {
  const Logging logging(Level::info);
  const auto drain = logging.drain();
  for (int i = 0; i < 100; ++i) spdlog::info("line {}", i);
  EXPECT_TRUE(drain(1min));
  EXPECT_TRUE(has_input()) << "the end of the log was not needed";
  EXPECT_THAT(read_until("line 99\n"), HasSubstr("line 0\n"));
}

TEST_F(LoggingTest, ADrainGivesUpIfStderrTakesNothing) {
  const Logging logging(Level::info);
  fill_pipe();
  spdlog::info("waits");
  EXPECT_FALSE(logging.drain()(20ms));
  static_cast<void>(read_until("waits\n"));
}

TEST_F(LoggingTest, ADrainOfAClosedLogIsHarmless) {
  std::function<bool(std::chrono::milliseconds)> drain;
  {
    const Logging logging(Level::info);
    drain = logging.drain();
  }
  EXPECT_FALSE(drain(1min));
}

TEST_F(LoggingTest, AJournalThatIsNotStderrChangesNothing) {
  setenv("JOURNAL_STREAM", "8:12345", 1);
  EXPECT_FALSE(stderr_is_journal());
}

TEST_F(LoggingTest, LinesBelowTheLevelAreNotWritten) {
  {
    Logging logging(Level::warning);
    spdlog::info("hidden");
    logging.set_level(Level::debug);
    spdlog::debug("shown");
    logging.set_level(Level::error);
    spdlog::warn("hidden too");
  }
  const std::string text = output();
  EXPECT_THAT(text, HasSubstr("shown"));
  EXPECT_THAT(text, Not(HasSubstr("hidden")));
}

TEST_F(LoggingTest, EveryLineIsWrittenBeforeTheEnd) {
  std::string text;
  {
    std::optional<Logging> logging(std::in_place, Level::info);
    std::thread reader([&] { text = read_all(); });
    for (int i = 0; i < 5000; ++i) spdlog::info("line {}", i);
    EXPECT_TRUE(logging->close(20s));
    restore();
    reader.join();
  }
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 5000);
  EXPECT_THAT(text, HasSubstr("line 4999\n"));
  EXPECT_THAT(text, Not(HasSubstr("lost")));
}

TEST_F(LoggingTest, AStuckReaderCostsTheOldestLinesAndIsReported) {
  std::string text;
  {
    std::optional<Logging> logging(std::in_place, Level::info, 8);
    fill_pipe();
    for (int i = 0; i < 100; ++i) spdlog::info("line {}", i);  // would never come back if it waited
    EXPECT_GE(logging->lost_lines(), 90U);
    EXPECT_LE(logging->lost_lines(), 92U);
    std::thread reader([&] { text = read_all(); });
    EXPECT_TRUE(logging->close(20s));
    restore();
    reader.join();
  }
  EXPECT_THAT(text, HasSubstr("line 99\n"));
  EXPECT_THAT(text, Not(HasSubstr("line 50\n")));
  EXPECT_THAT(text, testing::ContainsRegex("warning 9[0-2] log lines were lost"));
}

TEST_F(LoggingTest, AReaderThatStaysStuckDelaysTheEndByTheLimit) {
  Logging logging(Level::info, 8);
  fill_pipe();
  for (int i = 0; i < 100; ++i) spdlog::info("line {}", i);
  EXPECT_FALSE(logging.close(10ms));
  spdlog::info("dropped, or this would never come back");
  write_directly("dropped as well");
  // Its thread goes on as soon as somebody reads.
  EXPECT_THAT(read_until("lost: stderr took them too slowly"), Not(HasSubstr("dropped")));
}

TEST_F(LoggingTest, ALineCanBeWrittenWithoutTheLog) {
  write_directly("hello");
  name_journal();
  write_directly("hello");
  write_directly(std::string(100000, 'x'));
  const std::string text = output();
  EXPECT_THAT(text, testing::StartsWith("zmq-ami-broker: hello\n<3>zmq-ami-broker: hello\n<3>zmq-ami-broker: xxx"));
  EXPECT_THAT(text, testing::EndsWith("xx\n"));
}

TEST_F(LoggingTest, LoggingAfterTheEndDoesNoHarm) {
  { const Logging logging(Level::info); }
  spdlog::info("late");
  EXPECT_THAT(output(), HasSubstr("info late\n"));
}

}  // namespace
}  // namespace amibroker::app
