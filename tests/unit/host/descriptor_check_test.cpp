// SPDX-License-Identifier: Apache-2.0
#include "core/host/descriptor_check.hpp"

#include <gmock/gmock.h>

#include "tests/unit/host/plugins/plain.hpp"

namespace amibroker::host {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// A descriptor of `demo` in /plugins/demo.so with one change.
Refusal refusal_of(const std::function<void(PluginDescriptor&)>& change) {
  PluginDescriptor descriptor = faulty::sound_descriptor("demo");
  change(descriptor);
  return check_descriptor(descriptor, "/plugins/demo.so").value_or(Refusal{RefusalReason::missing, "none"});
}

TEST(CheckDescriptor, ASoundOneIsNotRefused) {
  EXPECT_EQ(refusal_of([](PluginDescriptor&) {}).text, "none");
}

TEST(CheckDescriptor, AnotherAbiIsNamedWithBothNumbersFileAndRemedy) {
  const auto refusal = refusal_of([](auto& d) { d.abi = 7; });
  EXPECT_EQ(refusal.reason, RefusalReason::other_abi);
  EXPECT_THAT(refusal.text, AllOf(HasSubstr("/plugins/demo.so"), HasSubstr("ABI 7"), HasSubstr("this daemon has ABI 3"),
                                  HasSubstr("build it again")));
}

TEST(CheckDescriptor, APluginOfAbi1IsRefusedThoughItsDescriptorHasTheSameSize) {
  const auto refusal = refusal_of([](auto& d) {
    d.abi = 1;
    d.fingerprint = reinterpret_cast<const char*>(1);  // reading on would crash
  });
  EXPECT_EQ(refusal.reason, RefusalReason::other_abi);
  EXPECT_THAT(refusal.text, AllOf(HasSubstr("plugin ABI 1"), HasSubstr("this daemon has ABI 3"),
                                  HasSubstr("build it again with this daemon's SDK")));
}

TEST(CheckDescriptor, AnotherSizeIsRefusedBeforeAnythingElseIsRead) {
  const auto refusal = refusal_of([](auto& d) {
    d.size = 8;
    d.fingerprint = reinterpret_cast<const char*>(1);  // reading it would crash
  });
  EXPECT_EQ(refusal.reason, RefusalReason::other_abi);
  EXPECT_THAT(refusal.text,
              AllOf(HasSubstr("8 bytes"), HasSubstr(std::to_string(sizeof(PluginDescriptor)) + " bytes")));
}

TEST(CheckDescriptor, AnotherCompilerIsNamedWithBothAndRefusedBeforeTheNameIsRead) {
  const auto refusal = refusal_of([](auto& d) {
    d.fingerprint = "gcc-99";
    d.name = reinterpret_cast<const char*>(1);
  });
  EXPECT_EQ(refusal.reason, RefusalReason::other_compiler);
  EXPECT_THAT(refusal.text, AllOf(HasSubstr("\"gcc-99\""), HasSubstr(build_fingerprint), HasSubstr("build it again")));
}

TEST(CheckDescriptor, AMissingOrEndlessFingerprintIsRefused) {
  const std::string endless(1'000, 'g');
  EXPECT_EQ(refusal_of([](auto& d) { d.fingerprint = nullptr; }).reason, RefusalReason::other_compiler);
  EXPECT_EQ(refusal_of([&](auto& d) { d.fingerprint = endless.c_str(); }).reason, RefusalReason::other_compiler);
}

TEST(CheckDescriptor, EachTextMustBeThereAndBounded) {
  const std::string endless(1'000, 'x');
  const auto content = [](const auto& change) {
    const auto refusal = refusal_of(change);
    EXPECT_EQ(refusal.reason, RefusalReason::bad_descriptor);
    return refusal.text;
  };
  EXPECT_THAT(content([](auto& d) { d.name = nullptr; }), HasSubstr("no name"));
  EXPECT_THAT(content([](auto& d) { d.name = ""; }), HasSubstr("no name"));
  EXPECT_THAT(content([](auto& d) { d.name = "De mo"; }), HasSubstr("no name"));
  EXPECT_THAT(content([](auto& d) { d.name = "a23456789b23456789c23456789d23456789e2345"; }), HasSubstr("no name"));
  EXPECT_THAT(content([](auto& d) { d.version = nullptr; }), HasSubstr("no version"));
  EXPECT_THAT(content([&](auto& d) { d.summary = endless.c_str(); }), HasSubstr("no summary"));
  EXPECT_THAT(content([](auto& d) { d.option_count = 2; }), HasSubstr("no option table"));
  EXPECT_THAT(content([](auto& d) { d.calls = nullptr; }), HasSubstr("no table of calls"));
}

TEST(CheckDescriptor, EachCallMustBeThere) {
  const auto gap = [](auto member) {
    PluginCalls calls = detail::Calls<faulty::Plain>::table;
    calls.*member = nullptr;
    return refusal_of([&](auto& d) { d.calls = &calls; }).text;
  };
  EXPECT_THAT(gap(&PluginCalls::check_options), HasSubstr("gaps"));
  EXPECT_THAT(gap(&PluginCalls::create), HasSubstr("gaps"));
  EXPECT_THAT(gap(&PluginCalls::destroy), HasSubstr("gaps"));
  EXPECT_THAT(gap(&PluginCalls::start), HasSubstr("gaps"));
  EXPECT_THAT(gap(&PluginCalls::stop), HasSubstr("gaps"));
  EXPECT_THAT(gap(&PluginCalls::event), HasSubstr("gaps"));
  EXPECT_THAT(gap(&PluginCalls::server_added), HasSubstr("gaps"));
  EXPECT_THAT(gap(&PluginCalls::server_changed), HasSubstr("gaps"));
  EXPECT_THAT(gap(&PluginCalls::server_retired), HasSubstr("gaps"));
  EXPECT_THAT(gap(&PluginCalls::server_up), HasSubstr("gaps"));
  EXPECT_THAT(gap(&PluginCalls::server_down), HasSubstr("gaps"));
  EXPECT_THAT(gap(&PluginCalls::events_lost), HasSubstr("gaps"));
  EXPECT_THAT(gap(&PluginCalls::report), HasSubstr("gaps"));
  EXPECT_THAT(gap(&PluginCalls::completion), HasSubstr("gaps"));
  EXPECT_THAT(gap(&PluginCalls::task), HasSubstr("gaps"));
}

TEST(CheckDescriptor, TheNameIsThatOfTheFile) {
  const auto refusal = refusal_of([](auto& d) { d.name = "other"; });
  EXPECT_EQ(refusal.reason, RefusalReason::other_name);
  EXPECT_THAT(refusal.text, AllOf(HasSubstr("\"other\""), HasSubstr("\"demo\""), HasSubstr("name the file other.so")));
}

}  // namespace
}  // namespace amibroker::host
