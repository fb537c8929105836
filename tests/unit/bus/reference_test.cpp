// SPDX-License-Identifier: Apache-2.0
//
// That the reference page says what options the plugin has.
#include <gtest/gtest.h>

#include <fstream>

#include "plugins/bus/bus.hpp"
#include "tests/unit/replication/reference_page.hpp"

namespace amibroker::bus {
namespace {

TEST(Reference, HasARowForEveryOptionOfBusWithItsDefaultAndRange) {
  // Only the table of the bus: `allow` has a row for all plugins as well.
  const std::string section = replication::plugin_section(AMIBROKER_REFERENCE);
  const auto begin = section.find("\n`[plugin bus]`");
  ASSERT_NE(begin, section.npos);
  const std::string table = section.substr(begin);
  for (const OptionSpec& option : option_table) {
    const auto row = replication::reference_row(table, option.key);
    ASSERT_GE(row.size(), 4U) << option.key;
    const std::string value = option.default_value;
    if (value.empty()) EXPECT_TRUE(row[2].starts_with("empty")) << option.key;
    else EXPECT_EQ(row[2], "`" + value + "`") << option.key;
  }
  EXPECT_EQ(replication::reference_row(table, "queue")[3], "1 to 100000");
}

}  // namespace
}  // namespace amibroker::bus
