// SPDX-License-Identifier: Apache-2.0
#include "core/host/isolated_output.hpp"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <mutex>
#include <utility>

#include "core/base/printable.hpp"

namespace amibroker::host::isolated {
namespace {

constexpr int reads_at_a_turn = 8;
constexpr int last_reads = 64;  // more than a pipe holds

char priority_of(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::critical:
    case spdlog::level::err: return '3';
    case spdlog::level::warn: return '4';
    case spdlog::level::debug:
    case spdlog::level::trace: return '7';
    default: return '6';
  }
}

spdlog::level::level_enum level_of(char priority) {
  switch (priority) {
    case '3': return spdlog::level::err;
    case '4': return spdlog::level::warn;
    case '7': return spdlog::level::debug;
    default: return spdlog::level::info;
  }
}

/// Writes each line at once. A full pipe makes the helper wait, and nobody else.
class PrioritySink final : public spdlog::sinks::base_sink<std::mutex> {
  void sink_it_(const spdlog::details::log_msg& message) override {
    line_.assign({'<', priority_of(message.level), '>'});
    line_.append(message.payload.data(), message.payload.size()).push_back('\n');
    std::string_view rest = line_;
    while (!rest.empty()) {
      const auto written = ::write(STDERR_FILENO, rest.data(), rest.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return;
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  void flush_() override {}
  std::string line_;
};

}  // namespace

void log_to_daemon(int level) {
  auto logger = std::make_shared<spdlog::logger>("", std::make_shared<PrioritySink>());
  logger->set_level(static_cast<spdlog::level::level_enum>(level));
  spdlog::set_default_logger(std::move(logger));
}

Output::Output(base::EventLoop& loop, Descriptor pipe, std::string plugin, LineQuota* lines)
    : loop_(loop), pipe_(loop.io(), pipe.release()), plugin_(std::move(plugin)), lines_(lines) {
  wait();
}

void Output::wait() {
  pipe_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                   [this, alive = std::weak_ptr(alive_)](const boost::system::error_code& error) {
                     if (alive.expired() || error) return;
                     loop_.woken();
                     drive();
                     if (!ended_) wait();
                   });
}

void Output::drive() {
  for (int i = 0; i < reads_at_a_turn && read_some(); ++i) {
  }
}

void Output::finish() {
  // What plugins started may still hold the pipe, so this ends with what is there, not with the end of the pipe.
  for (int i = 0; i < last_reads && read_some(); ++i) {
  }
  if (!line_.empty()) log(std::exchange(line_, {}));
}

bool Output::read_some() {
  std::array<char, 16'384> buffer;
  const auto got = ::read(pipe_.native_handle(), buffer.data(), buffer.size());
  ended_ = got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
  if (got <= 0) return false;
  take({buffer.data(), static_cast<std::size_t>(got)});
  return true;
}

void Output::take(std::string_view text) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view part = text.substr(0, end);
    if (!cut_) line_.append(part.substr(0, longest_line - std::min(longest_line, line_.size())));
    if (line_.size() >= longest_line) cut_ = true;
    if (end == std::string_view::npos) return;
    log(line_);
    line_.clear();
    cut_ = false;
    text.remove_prefix(end + 1);
  }
}

void Output::log(std::string_view line) {
  auto level = spdlog::level::warn;
  const bool has_priority = line.size() > 3 && line[0] == '<' && line[2] == '>';
  if (has_priority) {
    level = level_of(line[1]);
    line.remove_prefix(3);
  } else if (!line.empty()) {
    last_words_ = base::printable(line, 200);
  }
  if (line.empty() || lines_ == nullptr || !lines_->allow(std::chrono::steady_clock::now())) return;
  // The helper's own lines begin so already; what a plugin printed cannot pass for another's.
  const std::string prefix = "plugin " + plugin_;
  const std::string text = base::printable(line, longest_line);
  if (has_priority && line.starts_with(prefix + ' ')) spdlog::log(level, "{}", text);
  else if (has_priority && line.starts_with(prefix + ": ")) spdlog::log(level, "{}", text);
  else spdlog::log(level, "{}{} {}", prefix, has_priority ? ":" : " wrote:", text);
}

}  // namespace amibroker::host::isolated
