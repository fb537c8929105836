// SPDX-License-Identifier: Apache-2.0
#include "core/host/current_call.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <thread>

namespace amibroker::host {
namespace {

const CallOwner& owner(const char* file) {
  return make_call_owner(std::filesystem::path(file).stem().string(), file, "/copy", 7);
}

TEST(CurrentCall, IsNoneBeforeAndAfter) {
  EXPECT_EQ(current_call().owner, nullptr);
  { const CallScope call(owner("/p/one.so"), "start"); }
  EXPECT_EQ(current_call().owner, nullptr);
}

TEST(CurrentCall, NamesPluginLibraryAndCall) {
  const CallScope call(owner("/p/one.so"), "start");
  const CallSnapshot seen = current_call();
  ASSERT_NE(seen.owner, nullptr);
  EXPECT_STREQ(seen.owner->plugin, "one");
  EXPECT_STREQ(seen.owner->file, "/p/one.so");
  EXPECT_EQ(seen.owner->changed, 7);
  EXPECT_STREQ(seen.callback, "start");
  EXPECT_TRUE(::pthread_equal(seen.thread, ::pthread_self()));
}

TEST(CurrentCall, EachHasANumberOfItsOwn) {
  const CallOwner& one = owner("/p/one.so");
  std::uint64_t first = 0;
  {
    const CallScope call(one, "on_event");
    first = current_call().number;
  }
  const CallScope call(one, "on_event");
  EXPECT_NE(current_call().number, first);
}

TEST(CurrentCall, ACallWithinACallGivesTheOuterOneBack) {
  const CallScope outer(owner("/p/outer.so"), "start");
  const std::uint64_t number = current_call().number;
  {
    const CallScope inner(owner("/p/inner.so"), "on_server_up");
    EXPECT_STREQ(current_call().owner->plugin, "inner");
    EXPECT_NE(current_call().number, number);
  }
  EXPECT_STREQ(current_call().owner->plugin, "outer");
  EXPECT_STREQ(current_call().callback, "start");
  EXPECT_EQ(current_call().number, number);
}

TEST(CurrentCall, IsNotThatOfAnotherThread) {
  const CallScope call(owner("/p/one.so"), "start");
  EXPECT_NE(call_of_this_thread().owner, nullptr);
  std::thread([] {
    EXPECT_NE(current_call().owner, nullptr);
    EXPECT_EQ(call_of_this_thread().owner, nullptr);
  }).join();
}

TEST(CurrentCall, AllOwnersAreFoundFromTheNewest) {
  const CallOwner& one = owner("/p/one.so");
  const CallOwner& two = owner("/p/two.so");
  EXPECT_EQ(newest_call_owner(), &two);
  EXPECT_EQ(two.older, &one);
}

TEST(CurrentCall, PluginsThatShareALibraryHaveOwnersOfTheirOwn) {
  CallOwner& one = make_call_owner("foo", "/p/foo.so", "/copy of foo", 7);
  one.address = &one;
  const CallOwner& two = make_call_owner("foo:2", one);
  EXPECT_STREQ(two.plugin, "foo:2");
  EXPECT_STREQ(two.file, "/p/foo.so");
  EXPECT_EQ(two.changed, 7);
  EXPECT_EQ(two.address.load(), &one);
  EXPECT_TRUE(two.shares_library_with(one));
  EXPECT_FALSE(two.shares_library_with(make_call_owner("foo", "/p/foo.so", "/a later copy of foo", 8)));
  EXPECT_EQ(&make_call_owner("foo:2", one), &two) << "a thousand reloads make no more of them";
  EXPECT_EQ(&make_call_owner("foo", two), &one);
}

TEST(HeldCall, CannotBeLeft) {
  std::atomic<std::uint64_t> number{0};
  std::atomic<bool> may_leave{false};
  std::atomic<bool> has_left{false};
  std::thread plugin([&] {
    {
      const CallScope call(owner("/p/one.so"), "on_event");
      number = current_call().number;
      while (!may_leave) std::this_thread::yield();
    }
    has_left = true;
  });
  while (number == 0) std::this_thread::yield();
  {
    const HeldCall hold(number);
    EXPECT_TRUE(hold.held());
    may_leave = true;
    // The owner is gone as soon as the scope has come to its end, where it now waits.
    while (current_call().owner != nullptr) std::this_thread::yield();
    EXPECT_FALSE(has_left);
  }
  plugin.join();
  EXPECT_TRUE(has_left);
}

TEST(HeldCall, IsNotHeldIfItIsOverOrAnotherOne) {
  EXPECT_FALSE(HeldCall(1).held());
  const CallScope call(owner("/p/one.so"), "on_event");
  EXPECT_FALSE(HeldCall(current_call().number + 1).held());
}

}  // namespace
}  // namespace amibroker::host
