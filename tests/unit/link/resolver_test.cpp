// SPDX-License-Identifier: Apache-2.0
#include "core/link/resolver.hpp"

#include <gmock/gmock.h>

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "tests/unit/base/loop_test.hpp"

namespace amibroker::link {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A name server that the test controls: it answers a name when the test says so.
class FakeNames {
 public:
  /// From now on this is the answer for the name.
  void answer(const std::string& name, Resolver::Found found) {
    const std::lock_guard lock(mutex_);
    answers_[name] = std::move(found);
    changed_.notify_all();
  }
  /// From now on the name is not answered.
  void hang(const std::string& name) {
    const std::lock_guard lock(mutex_);
    answers_.erase(name);
  }
  /// Ends look-ups that hang, with an error.
  void release() {
    const std::lock_guard lock(mutex_);
    released_ = true;
    changed_.notify_all();
  }
  [[nodiscard]] std::vector<std::string> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }
  void wait_for_ends(std::size_t count) {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(changed_.wait_for(lock, 20s, [&] { return ended_ >= count; }));
  }
  Resolver::Found look_up(const std::string& name) {
    std::unique_lock lock(mutex_);
    asked_.push_back(name);
    changed_.notify_all();
    changed_.wait(lock, [&] { return released_ || answers_.contains(name); });
    ++ended_;
    changed_.notify_all();
    return answers_.contains(name) ? answers_.at(name) : Resolver::Found{{}, "released"};
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Resolver::Found> answers_;
  std::vector<std::string> asked_;
  std::size_t ended_ = 0;
  bool released_ = false;
};

class ResolverTest : public base::LoopTest {
 protected:
  ResolverTest() { make(Resolver::Limits{}); }
  ~ResolverTest() override { names->release(); }

  void make(const Resolver::Limits& limits) {
    resolver = std::make_unique<Resolver>(
        loop, [names = names](const std::string& name) { return names->look_up(name); }, limits);
  }
  Resolver::Ticket ask(const std::string& name) {
    return resolver->resolve(name, [this, name](const Resolver::Found& found) { found_.emplace_back(name, found); });
  }
  /// Asks, and waits for the answer.
  Resolver::Found found(const std::string& name) {
    const std::size_t before = found_.size();
    ask(name);
    EXPECT_EQ(found_.size(), before) << "it answered inside the call";
    EXPECT_TRUE(run_until([&] { return found_.size() > before; }));
    return found_.size() > before ? found_.back().second : Resolver::Found{};
  }
  /// Asks again and again, for a result that is on its way from its thread.
  void ask_until(const std::string& name, const std::string& address) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (found(name).addresses != std::vector{address}) ASSERT_LT(std::chrono::steady_clock::now(), deadline);
  }
  void run_pending() {
    loop.post([this] { loop.stop(); });
    loop.run();
  }

  std::shared_ptr<FakeNames> names = std::make_shared<FakeNames>();
  std::unique_ptr<Resolver> resolver;
  std::vector<std::pair<std::string, Resolver::Found>> found_;
};

TEST_F(ResolverTest, ANumericAddressIsItsOwnAnswerAndIsNotLookedUp) {
  for (const std::string address : {"192.0.2.7", "2001:db8::7", "fe80::1%eth0"})
    EXPECT_THAT(found(address).addresses, ElementsAre(address));
  EXPECT_THAT(names->asked(), IsEmpty());
}

TEST_F(ResolverTest, ANameIsLookedUpOnAnotherThread) {
  names->answer("pbx", {{"192.0.2.7", "2001:db8::7"}, {}});
  const Resolver::Found answer = found("pbx");
  EXPECT_THAT(answer.addresses, ElementsAre("192.0.2.7", "2001:db8::7"));
  EXPECT_EQ(answer.error, "");
  EXPECT_FALSE(answer.old);
}

TEST_F(ResolverTest, ANameThatIsUnknownSaysWhy) {
  names->answer("pbx", {{}, "its name 'pbx' does not resolve"});
  EXPECT_EQ(found("pbx").error, "its name 'pbx' does not resolve");
}

TEST_F(ResolverTest, ALookUpThatHangsCostsOtherNamesNothing) {
  for (int i = 0; i < 50; ++i) ask("silent" + std::to_string(i));
  names->answer("pbx", {{"192.0.2.7"}, {}});
  EXPECT_THAT(found("pbx").addresses, ElementsAre("192.0.2.7"));
  EXPECT_THAT(found("192.0.2.8").addresses, ElementsAre("192.0.2.8"));
}

TEST_F(ResolverTest, ANameHasOneLookUpAtATimeWhichAnswersAllWhoAsked) {
  for (int i = 0; i < 3; ++i) ask("pbx");
  ASSERT_TRUE(run_until([&] { return !names->asked().empty(); }));
  ask("pbx");
  names->answer("pbx", {{"192.0.2.7"}, {}});
  ASSERT_TRUE(run_until([&] { return found_.size() == 4; }));
  EXPECT_THAT(names->asked(), SizeIs(1));
  for (const auto& [name, answer] : found_) EXPECT_THAT(answer.addresses, ElementsAre("192.0.2.7"));
  static_cast<void>(found("pbx"));
  EXPECT_THAT(names->asked(), SizeIs(2)) << "the memory does not stand in for a look-up that works";
}

TEST_F(ResolverTest, ACallerThatCancelsIsNotCalled) {
  const auto ticket = ask("pbx");
  ask("pbx");
  resolver->cancel(ticket);
  resolver->cancel(ticket);
  resolver->cancel(12345);
  names->answer("pbx", {{"192.0.2.7"}, {}});
  ASSERT_TRUE(run_until([&] { return !found_.empty(); }));
  run_pending();
  EXPECT_THAT(found_, SizeIs(1));
  resolver->cancel(ask("192.0.2.9"));
  run_pending();
  EXPECT_THAT(found_, SizeIs(1));
}

TEST_F(ResolverTest, ACallerMayCancelAnotherOneAndAskAgain) {
  Resolver::Ticket other = 0;
  std::optional<Resolver::Found> second;
  resolver->resolve("pbx", [&](const Resolver::Found&) {
    resolver->cancel(other);
    resolver->resolve("pbx", [&](const Resolver::Found& answer) { second = answer; });
  });
  other = ask("pbx");
  names->answer("pbx", {{"192.0.2.7"}, {}});
  ASSERT_TRUE(run_until([&] { return second.has_value(); }));
  EXPECT_THAT(found_, IsEmpty());
}

TEST_F(ResolverTest, ASlowLookUpIsAnsweredFromMemoryAndRefreshesIt) {
  make({.patience = 20ms});
  names->answer("pbx", {{"192.0.2.7"}, {}});
  static_cast<void>(found("pbx"));
  names->hang("pbx");
  const Resolver::Found remembered = found("pbx");
  EXPECT_THAT(remembered.addresses, ElementsAre("192.0.2.7"));
  EXPECT_EQ(remembered.error, "");
  EXPECT_TRUE(remembered.old);
  EXPECT_TRUE(found("pbx").old) << "and so at once, while the same look-up hangs";
  EXPECT_THAT(names->asked(), SizeIs(2));
  names->answer("pbx", {{"192.0.2.8"}, {}});
  names->wait_for_ends(2);
  names->hang("pbx");
  ask_until("pbx", "192.0.2.8");
}

TEST_F(ResolverTest, ALookUpThatFailsIsAnsweredFromMemory) {
  names->answer("pbx", {{"192.0.2.7"}, {}});
  static_cast<void>(found("pbx"));
  names->answer("pbx", {{}, "no name server answers"});
  const Resolver::Found remembered = found("pbx");
  EXPECT_THAT(remembered.addresses, ElementsAre("192.0.2.7"));
  EXPECT_EQ(remembered.error, "");
  EXPECT_TRUE(remembered.old);
}

TEST_F(ResolverTest, WithoutMemoryTheCallerWaitsUntilTheNameIsKnown) {
  make({.patience = 1ms});
  ask("pbx");
  bool much_later = false;
  loop.after(50ms, [&] { much_later = true; });
  ASSERT_TRUE(run_until([&] { return much_later; }));
  EXPECT_THAT(found_, IsEmpty());
  names->answer("pbx", {{"192.0.2.7"}, {}});
  ASSERT_TRUE(run_until([&] { return !found_.empty(); }));
  EXPECT_FALSE(found_.front().second.old);
}

TEST_F(ResolverTest, TheAddressThatWorkedIsFirst) {
  names->answer("pbx", {{"2001:db8::7", "192.0.2.7", "192.0.2.8"}, {}});
  static_cast<void>(found("pbx"));
  resolver->worked("pbx", "192.0.2.8");
  EXPECT_THAT(found("pbx").addresses, ElementsAre("192.0.2.8", "2001:db8::7", "192.0.2.7"));
  names->answer("pbx", {{}, "no name server answers"});
  EXPECT_THAT(found("pbx").addresses, ElementsAre("192.0.2.8", "2001:db8::7", "192.0.2.7"));
  names->answer("pbx", {{"192.0.2.9"}, {}});
  EXPECT_THAT(found("pbx").addresses, ElementsAre("192.0.2.9")) << "it is not the name's any more";
  resolver->worked("unknown", "192.0.2.8");
}

TEST_F(ResolverTest, ThreadsAreBoundedAndNamesWaitForOne) {
  make({.threads = 2});
  for (const std::string name : {"a", "b", "c"}) ask(name);
  ASSERT_TRUE(run_until([&] { return names->asked().size() == 2; }));
  names->answer("c", {{"192.0.2.3"}, {}});
  run_pending();
  EXPECT_THAT(names->asked(), SizeIs(2));
  names->answer("a", {{"192.0.2.1"}, {}});
  ASSERT_TRUE(run_until([&] { return found_.size() == 2; }));
  EXPECT_EQ(found_.back().first, "c");
}

TEST_F(ResolverTest, NamesAndAddressesAreBounded) {
  make({.patience = 20ms, .names = 2, .addresses = 3});
  for (const std::string name : {"a", "b", "c"})
    names->answer(name, {{"1.1.1.1", "2.2.2.2", "3.3.3.3", "4.4.4.4"}, {}});
  EXPECT_THAT(found("a").addresses, SizeIs(3));
  for (const std::string name : {"b", "a", "c"}) static_cast<void>(found(name));
  for (const std::string name : {"a", "b", "c"}) names->answer(name, {{}, "gone"});
  EXPECT_TRUE(found("a").old);
  EXPECT_TRUE(found("c").old);
  EXPECT_EQ(found("b").error, "gone") << "it was asked for longest ago";
}

TEST_F(ResolverTest, ItEndsAtOnceEvenIfLookUpsHang) {
  ask("pbx");
  ASSERT_TRUE(run_until([&] { return !names->asked().empty(); }));
  ask("192.0.2.8");
  resolver.reset();
  names->answer("pbx", {{"192.0.2.7"}, {}});
  names->wait_for_ends(1);
  run_pending();
  EXPECT_THAT(found_, IsEmpty());
}

TEST(ResolverEnd, AThreadThatHangsOutlivesTheLoop) {
  const auto names = std::make_shared<FakeNames>();
  {
    base::EventLoop loop;
    Resolver resolver(loop, [names](const std::string& name) { return names->look_up(name); });
    for (const std::string name : {"a", "b"}) resolver.resolve(name, [](const Resolver::Found&) { FAIL(); });
  }
  names->release();
  names->wait_for_ends(2);
}

}  // namespace
}  // namespace amibroker::link
