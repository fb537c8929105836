// SPDX-License-Identifier: Apache-2.0
// One option of each type, which it writes to the log when it starts.
#include <string>

#include "plain.hpp"

static constexpr amibroker::OptionSpec options[] = {
    {"eager", amibroker::OptionType::boolean, "no", "", 0, 0, "Whether to begin at once"},
    {"pace", amibroker::OptionType::integer, "30", "s", 1, 60, "Time between two steps"},
    {"greeting", amibroker::OptionType::text, "hello", "", 0, 0, "What to say"},
    {"skip", amibroker::OptionType::list, "Local, Custom", "", 0, 0, "Technologies to leave out"},
};

namespace {
class WithOptions : public amibroker::faulty::Plain {
 public:
  void start(amibroker::Host& host) override {
    const amibroker::Options& values = host.options();
    std::string line = values.boolean("eager") ? "eager " : "calm ";
    line += std::to_string(values.integer("pace")) + ' ' + std::string(values.text("greeting"));
    for (const auto item : values.list("skip")) line += " -" + std::string(item);
    host.log(amibroker::Level::info, line);
  }
};
}  // namespace

AMIBROKER_PLUGIN_WITH_OPTIONS(WithOptions, "with_options", "2.0", "Has options", options)
