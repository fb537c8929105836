// SPDX-License-Identifier: Apache-2.0
#include "core/host/plugin_library.hpp"

#include <gmock/gmock.h>

#include "tests/unit/host/temp_folder.hpp"

namespace amibroker::host {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const std::filesystem::path folder = AMIBROKER_TEST_PLUGINS;

struct Fault {
  std::string name;
  RefusalReason reason;
  std::vector<std::string> words;  // what is wrong, both values where two differ, what to do
};

void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.name; }

class RefusedPlugin : public ::testing::TestWithParam<Fault> {};

TEST_P(RefusedPlugin, SaysWhichFileWhatIsWrongAndWhatToDo) {
  const auto file = folder / (GetParam().name + ".so");
  const auto opened = PluginLibrary::open(file);
  ASSERT_TRUE(std::holds_alternative<Refusal>(opened));
  const auto& refusal = std::get<Refusal>(opened);
  EXPECT_EQ(refusal.reason, GetParam().reason);
  EXPECT_THAT(refusal.text, HasSubstr(file.string()));
  for (const auto& word : GetParam().words) EXPECT_THAT(refusal.text, HasSubstr(word));
  EXPECT_THAT(refusal.text, Not(HasSubstr("\n")));
}

INSTANTIATE_TEST_SUITE_P(
    All, RefusedPlugin,
    ::testing::Values(
        Fault{"no_symbol", RefusalReason::no_symbol, {"no symbol amibroker_plugin", "AMIBROKER_PLUGIN"}},
        Fault{"undefined_symbol",
              RefusalReason::not_loadable,
              {"undefined symbol", "function_that_nobody_has", "link it"}},
        Fault{"other_abi", RefusalReason::other_abi, {"plugin ABI 1", "this daemon has ABI 3", "build it again"}},
        Fault{"other_size", RefusalReason::other_abi, {"descriptor of", "bytes", "build it again"}},
        Fault{"other_compiler", RefusalReason::other_compiler, {"gcc-99", build_fingerprint, "build it again"}},
        Fault{"null_calls", RefusalReason::bad_descriptor, {"no table of calls", "AMIBROKER_PLUGIN"}},
        Fault{"bad_options", RefusalReason::bad_descriptor, {"pace", "1 to 60", "\"90\"", "AMIBROKER_PLUGIN"}},
        Fault{"other_name",
              RefusalReason::other_name,
              {"somebody_else", "other_name", "name the file somebody_else.so"}}),
    [](const auto& info) { return info.param.name; });

TEST(PluginLibrary, APluginIsOpenedWithItsDescriptorAndOptions) {
  const auto opened = PluginLibrary::open(folder / "with_options.so");
  ASSERT_TRUE(std::holds_alternative<PluginLibrary>(opened));
  const auto& library = std::get<PluginLibrary>(opened);
  EXPECT_STREQ(library.descriptor().name, "with_options");
  EXPECT_STREQ(library.descriptor().version, "2.0");
  EXPECT_EQ(library.options().size(), 4U);
  EXPECT_TRUE(library.file().is_absolute());
}

TEST(PluginLibrary, AFileThatIsNoElfIsRefused) {
  const TempFolder temp;
  const auto opened = PluginLibrary::open(temp.write("hello.so", "not a library"));
  ASSERT_TRUE(std::holds_alternative<Refusal>(opened));
  EXPECT_THAT(std::get<Refusal>(opened).text, AllOf(HasSubstr("hello.so"), HasSubstr("no ELF file")));
}

TEST(PluginLibrary, ARefusedFileThatWasReplacedCanBeOpened) {
  const TempFolder temp;
  const auto file = temp.write("healthy.so", "not a library");
  ASSERT_TRUE(std::holds_alternative<Refusal>(PluginLibrary::open(file)));
  std::filesystem::copy_file(folder / "healthy.so", file, std::filesystem::copy_options::overwrite_existing);
  EXPECT_TRUE(std::holds_alternative<PluginLibrary>(PluginLibrary::open(file)));
}

TEST(PluginLibrary, StaysMappedWhenNoHandleOfItIsLeft) {
  const PluginDescriptor* descriptor = nullptr;
  {
    const auto opened = PluginLibrary::open(folder / "healthy.so");
    descriptor = &std::get<PluginLibrary>(opened).descriptor();
  }
  EXPECT_STREQ(descriptor->name, "healthy");
}

}  // namespace
}  // namespace amibroker::host
