// SPDX-License-Identifier: Apache-2.0
#include "core/app/logging.hpp"

#include <poll.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace amibroker::app {
namespace {

/// `<6>` and its like: how the journal takes a priority from a line. See sd-daemon(3).
std::string_view priority_of(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::critical: return "<2>";
    case spdlog::level::err: return "<3>";
    case spdlog::level::warn: return "<4>";
    case spdlog::level::debug:
    case spdlog::level::trace: return "<7>";
    default: return "<6>";
  }
}

class PriorityFlag final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    const std::string_view priority = priority_of(message.level);
    out.append(priority.data(), priority.data() + priority.size());
  }
  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<PriorityFlag>();
  }
};

/// Notices that the log's thread has come to it: a mark in the queue, after the lines that came before.
class Mark final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  [[nodiscard]] std::future<void> reached() { return reached_.get_future(); }

 private:
  void sink_it_(const spdlog::details::log_msg& /*message*/) override {}
  void flush_() override { reached_.set_value(); }

  std::promise<void> reached_;
};

std::unique_ptr<spdlog::formatter> make_formatter() {
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  if (stderr_is_journal()) formatter->add_flag<PriorityFlag>('*').set_pattern("%*%v");
  else formatter->set_pattern("%Y-%m-%d %H:%M:%S.%e %^%l%$ %v");
  return formatter;
}

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::debug: return spdlog::level::debug;
    case Level::info: return spdlog::level::info;
    case Level::warning: return spdlog::level::warn;
    case Level::error: return spdlog::level::err;
  }
  return spdlog::level::info;
}

}  // namespace

struct Logging::State {
  spdlog::sink_ptr sink;
  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::shared_ptr<spdlog::logger> logger;

  /// Waits until the queue is written, then reports the lost lines to `direct`.
  void drain(spdlog::logger& direct) {
    const std::size_t lost = pool->overrun_counter();
    // The pool first: its destructor waits until the queue is written. Each waiting line holds the logger, so in the
    // other order the pool's thread would destroy the logger.
    pool.reset();
    logger.reset();
    if (lost > 0)
      direct.warn(
          "{} log lines were lost: stderr took them too slowly. Raise log_level, or look at what reads the log.", lost);
  }
};

Logging::Logging(Level level, std::size_t queue_lines) : state_(std::make_shared<State>()) {
  state_->sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  state_->sink->set_formatter(make_formatter());
  state_->pool = std::make_shared<spdlog::details::thread_pool>(queue_lines, 1);
  state_->logger = std::make_shared<spdlog::async_logger>("", state_->sink, state_->pool,
                                                          spdlog::async_overflow_policy::overrun_oldest);
  state_->logger->set_level(to_spdlog(level));
  state_->logger->flush_on(spdlog::level::warn);
  spdlog::set_default_logger(state_->logger);
}

Logging::~Logging() {
  if (state_ != nullptr && !close()) write_directly("the end of the log was dropped: stderr took nothing any more");
}

bool Logging::close(std::chrono::milliseconds limit) {
  const auto state = std::exchange(state_, nullptr);
  // A default logger that is gone would be a crash for whoever logs last.
  auto direct = std::make_shared<spdlog::logger>("", state->sink);
  direct->set_level(state->logger->level());
  spdlog::set_default_logger(direct);
  // What stderr holds up cannot be interrupted, so a thread of its own waits for it.
  std::promise<void> written;
  const auto done = written.get_future();
  std::thread([state, direct, written = std::move(written)]() mutable {
    state->drain(*direct);
    written.set_value();
  }).detach();
  if (done.wait_for(limit) == std::future_status::ready) return true;
  spdlog::set_default_logger(std::make_shared<spdlog::logger>("", std::make_shared<spdlog::sinks::null_sink_mt>()));
  return false;
}

std::function<bool(std::chrono::milliseconds)> Logging::drain() const {
  return [queue = std::weak_ptr(state_->pool)](std::chrono::milliseconds limit) {
    const auto pool = queue.lock();
    if (pool == nullptr) return false;
    const auto mark = std::make_shared<Mark>();
    const auto reached = mark->reached();
    // A full queue that nobody empties must not hold up the caller: the oldest line goes.
    pool->post_flush(
        std::make_shared<spdlog::async_logger>("", mark, pool, spdlog::async_overflow_policy::overrun_oldest),
        spdlog::async_overflow_policy::overrun_oldest);
    return reached.wait_for(limit) == std::future_status::ready;
  };
}

void Logging::set_level(Level level) { state_->logger->set_level(to_spdlog(level)); }

std::size_t Logging::lost_lines() const { return state_->pool->overrun_counter(); }

void print_line(Level level, std::string_view line) {
  std::string text(stderr_is_journal() ? priority_of(to_spdlog(level)) : "");
  text.append(line).push_back('\n');
  std::fwrite(text.data(), 1, text.size(), stderr);
}

void write_directly(std::string_view line) noexcept {
  // At most PIPE_BUF bytes, which a pipe that is ready takes at once and whole.
  std::array<char, PIPE_BUF> text{};
  const std::string_view head = stderr_is_journal() ? "<3>zmq-ami-broker: " : "zmq-ami-broker: ";
  std::size_t size = head.copy(text.data(), text.size());
  size += line.copy(text.data() + size, text.size() - size - 1);
  text[size++] = '\n';
  pollfd ready{STDERR_FILENO, POLLOUT, 0};
  if (::poll(&ready, 1, 0) == 1) static_cast<void>(!::write(STDERR_FILENO, text.data(), size));
}

bool stderr_is_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat status {};
  if (stream == nullptr || ::fstat(STDERR_FILENO, &status) != 0) return false;
  return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino) == stream;
}

}  // namespace amibroker::app
