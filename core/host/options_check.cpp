// SPDX-License-Identifier: Apache-2.0
#include "core/host/options_check.hpp"

#include <algorithm>
#include <string_view>

#include "core/base/printable.hpp"

namespace amibroker::host {
namespace {

class Remarks final : public OptionReport {
 public:
  Remarks(const PluginConfig& config, const OptionValues& options, std::vector<base::Problem>& errors)
      : config_(config), options_(options), errors_(errors) {}

  // noexcept: if there is no memory even for this, the daemon ends, as everywhere.
  void mistake(std::string_view key, std::string_view text) noexcept override {
    if (++mistakes_ > most_option_remarks) return;
    errors_.push_back(
        {line_of(key), "plugin " + config_.name + " option " + base::printable(key, 60) + ' ' + shown(text)});
  }
  void example(std::string_view text) noexcept override {
    if (examples.size() < most_option_remarks) examples.push_back(shown(text));
  }

  std::vector<std::string> examples;

 private:
  /// What it says goes to the log and to terminals, so not with a secret in it.
  [[nodiscard]] std::string shown(std::string_view text) const {
    return base::printable(options_.without_secrets(std::string(text)), longest_option_remark);
  }
  [[nodiscard]] int line_of(std::string_view key) const noexcept {
    const auto setting = std::find_if(config_.settings.begin(), config_.settings.end(),
                                      [key](const base::Setting& one) { return one.key == key; });
    return setting == config_.settings.end() ? config_.line : setting->line;
  }

  const PluginConfig& config_;
  const OptionValues& options_;
  std::vector<base::Problem>& errors_;
  std::size_t mistakes_ = 0;
};

}  // namespace

std::vector<std::string> check_options(const PluginLibrary& library, const PluginConfig& config,
                                       const OptionValues& options, std::vector<base::Problem>& errors) {
  Remarks remarks(config, options, errors);
  Fault fault;
  const CallScope call(library.call_owner(), "check_options");
  if (!library.calls().check_options(options, remarks, fault))
    errors.push_back({config.line, "plugin " + config.name + " failed as it checked its options: " +
                                       base::printable(options.without_secrets(fault.text), sizeof fault.text) +
                                       "; report it to the plugin's author (" + library.file().string() + ")"});
  return std::move(remarks.examples);
}

}  // namespace amibroker::host
