// SPDX-License-Identifier: Apache-2.0
//
// The brokers that asterisk-sim starts: one, or one for each site.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulator/app/child_process.hpp"
#include "tests/simulator/app/engine.hpp"

namespace amibroker::sim::app {

/// One thread at a time.
class Brokers {
 public:
  /// Starts the engine for brokers of several sites. Throws std::exception.
  void start_engine(const std::string& program) { engine_ = std::make_unique<Engine>(program); }
  /// Starts one with its configuration; the sites in order. Throws std::system_error.
  void start(const std::string& program, const std::string& config);

  [[nodiscard]] bool empty() const noexcept { return processes_.empty(); }
  /// Null without sites.
  [[nodiscard]] Engine* engine() noexcept { return engine_.get(); }

  /// Nothing while all run. Else who ended, how, and what it said last.
  [[nodiscard]] std::optional<std::string> ended();
  /// What each said last, and where the logs are.
  [[nodiscard]] std::string last_words() const;
  /// Asks all to end. Nothing if each lived until now and ended with 0 in time, else what happened instead.
  [[nodiscard]] std::optional<std::string> stop(std::chrono::milliseconds deadline);

  /// Where the logs are; they stay.
  [[nodiscard]] std::vector<std::string> keep_logs();
  /// Copies what they said: of one broker to `file`, of several to `FILE.site-1` and so on. Throws std::exception.
  void copy_logs(const std::string& file) const;

 private:
  // `the broker`, or `the broker of site-2`.
  [[nodiscard]] std::string name(std::size_t index) const;

  std::unique_ptr<Engine> engine_;  // before the brokers, so that it ends after them
  std::vector<std::unique_ptr<ChildProcess>> processes_;
};

}  // namespace amibroker::sim::app
