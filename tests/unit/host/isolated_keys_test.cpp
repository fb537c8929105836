// SPDX-License-Identifier: Apache-2.0
#include "core/host/isolated_keys.hpp"

#include <gmock/gmock.h>

namespace amibroker::host {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(IsolationKeys, AreTakenOutOfThePluginsOwnSettings) {
  PluginConfig plugin{"foo", true, 1, {{"isolate", "yes", 2}, {"word", "x", 3}, {"memory_limit", "64", 4}}};
  std::vector<base::Problem> errors;
  const IsolationKeys keys = take_isolation_keys(plugin, errors);
  EXPECT_THAT(errors, IsEmpty());
  EXPECT_TRUE(keys.isolate);
  EXPECT_EQ(keys.memory_limit, 64U);
  ASSERT_THAT(plugin.settings, SizeIs(1));
  EXPECT_EQ(plugin.settings[0].key, "word");
}

TEST(IsolationKeys, WrongValuesAreMistakesWithTheirLine) {
  for (const char* wrong : {"31", "-1", "1048577", "1G", ""}) {
    PluginConfig plugin{"foo", true, 1, {{"memory_limit", wrong, 4}}};
    std::vector<base::Problem> errors;
    static_cast<void>(take_isolation_keys(plugin, errors));
    ASSERT_THAT(errors, SizeIs(1)) << wrong;
    EXPECT_EQ(errors[0].line, 4);
    EXPECT_THAT(errors[0].text, HasSubstr("plugin foo: memory_limit takes a whole number"));
  }
  PluginConfig plugin{"foo", true, 1, {{"isolate", "maybe", 7}}};
  std::vector<base::Problem> errors;
  EXPECT_TRUE(take_isolation_keys(plugin, errors).isolate) << "so that it is not loaded into the daemon";
  ASSERT_THAT(errors, SizeIs(1));
  EXPECT_EQ(errors[0].line, 7);
}

}  // namespace
}  // namespace amibroker::host
