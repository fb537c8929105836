// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/app/brokers.hpp"

#include <filesystem>

#include "tests/simulator/app/site_map.hpp"

namespace amibroker::sim::app {

void Brokers::start(const std::string& program, const std::string& config) {
  processes_.push_back(std::make_unique<ChildProcess>(program, config));
}

std::string Brokers::name(std::size_t index) const {
  return processes_.size() == 1 ? "the broker" : "the broker of " + site_name(index);
}

std::optional<std::string> Brokers::ended() {
  if (engine_) {
    if (auto text = engine_->ended()) return text;
  }
  for (std::size_t i = 0; i < processes_.size(); ++i) {
    auto& process = *processes_[i];
    if (const auto how = process.ended()) {
      return name(i) + " ended with " + *how + ". What it said last, in " + process.log_file().string() + ":\n" +
             process.log_tail();
    }
  }
  return std::nullopt;
}

std::string Brokers::last_words() const {
  std::string text;
  for (std::size_t i = 0; i < processes_.size(); ++i) {
    const auto& process = *processes_[i];
    text += "What " + name(i) + " said last, in " + process.log_file().string() + ":\n" + process.log_tail() + "\n";
  }
  return text;
}

std::optional<std::string> Brokers::stop(std::chrono::milliseconds deadline) {
  std::optional<std::string> problem;
  for (std::size_t i = 0; i < processes_.size(); ++i) {
    auto& process = *processes_[i];
    if (process.stop(deadline) || problem) continue;
    problem = name(i) + " did not end with exit code 0 within " + std::to_string(deadline.count() / 1000) +
              " s of SIGTERM (" + process.ended().value_or("it still ran") +
              "); its log: " + process.log_file().string();
  }
  return problem;
}

std::vector<std::string> Brokers::keep_logs() {
  std::vector<std::string> files;
  for (const auto& process : processes_) files.push_back(process->keep_log().string());
  return files;
}

void Brokers::copy_logs(const std::string& file) const {
  for (std::size_t i = 0; i < processes_.size(); ++i) {
    std::filesystem::copy_file(processes_[i]->log_file(), processes_.size() == 1 ? file : file + "." + site_name(i),
                               std::filesystem::copy_options::overwrite_existing);
  }
}

}  // namespace amibroker::sim::app
