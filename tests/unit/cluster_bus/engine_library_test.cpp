// SPDX-License-Identifier: Apache-2.0
#include "core/bus/engine_library.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "tests/unit/host/temp_folder.hpp"

namespace amibroker::cluster {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string refusal_of(const std::filesystem::path& file) {
  const auto loaded = load_engine(file);
  const auto* const refusal = std::get_if<EngineRefusal>(&loaded);
  return refusal == nullptr ? "it was loaded" : refusal->text;
}

TEST(EngineLibrary, OneThatIsNotThereIsNamedWithItsPackage) {
  EXPECT_THAT(refusal_of("/nowhere/nats.so"),
              AllOf(HasSubstr("[cluster]"), HasSubstr("/nowhere/nats.so"), HasSubstr("zmq-ami-broker-nats")));
  EXPECT_EQ(why_no_engine("/nowhere/nats.so"), refusal_of("/nowhere/nats.so"));
}

TEST(EngineLibrary, AFileThatIsNoEngineIsRefused) {
  const host::TempFolder folder;
  const auto file = folder.path() / "nats.so";
  std::ofstream(file) << "no library";
  EXPECT_THAT(refusal_of(file), HasSubstr("cannot be loaded"));
  EXPECT_THAT(refusal_of(AMIBROKER_SOME_PLUGIN), HasSubstr("is no engine of [cluster]"));
}

}  // namespace
}  // namespace amibroker::cluster
