// SPDX-License-Identifier: Apache-2.0
// Checks its options itself: `greeting` and `name` must differ; it throws if both are "throw".
#include <stdexcept>
#include <string>

#include "plain.hpp"

static constexpr amibroker::OptionSpec options[] = {
    {"greeting", amibroker::OptionType::text, "hello", "", 0, 0, "What to say"},
    {"name", amibroker::OptionType::text, "world", "", 0, 0, "To whom"},
    {"token", amibroker::OptionType::secret, "", "", 0, 0, "Which it cannot keep to itself"},
};

namespace {
class ChecksOptions : public amibroker::faulty::Plain {
 public:
  static void check_options(const amibroker::Options& values, amibroker::OptionReport& report) {
    const std::string greeting(values.text("greeting"));
    const std::string name(values.text("name"));
    if (greeting == "many")
      for (int i = 0; i < 1000; ++i) report.mistake("greeting", std::string(10'000, '\n'));
    const std::string token(values.text("token"));
    if (greeting == name && name == "throw") throw std::runtime_error("no check today" + token);
    if (!token.empty()) report.mistake("token", "is " + token + ", " + token);
    if (greeting == name) return report.mistake("name", "must differ from greeting, and both are \"" + name + '"');
    report.example("it says " + greeting + ", " + name + token);
  }
};
}  // namespace

AMIBROKER_PLUGIN_WITH_OPTIONS(ChecksOptions, "checks_options", "1.0", "Checks its options", options)
