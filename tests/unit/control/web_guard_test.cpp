// SPDX-License-Identifier: Apache-2.0
#include "core/control/web_guard.hpp"

#include <gtest/gtest.h>

namespace amibroker::control {
namespace {

using boost::asio::ip::make_address;

class WebGuardTest : public ::testing::Test {
 protected:
  /// 200 admitted, 303 sent on, else the status of the failure.
  [[nodiscard]] int judge(const RequestHead& head, const char* own = "192.0.2.7") const {
    const WebGuard guard(std::make_shared<const WebRules>(rules), make_address(own), "192.0.2.99:1234");
    const auto verdict = guard.judge(head);
    if (const auto* const failure = std::get_if<Failure>(&verdict)) return failure->status;
    return std::holds_alternative<SentOn>(verdict) ? 303 : 200;
  }
  [[nodiscard]] int host(std::string_view host, const char* own = "192.0.2.7") const {
    return judge({"GET", "/", host, {}, {}, {}}, own);
  }
  [[nodiscard]] int origin(std::string_view origin, std::string_view host = "localhost:9477") const {
    return judge({"GET", "/", host, origin, {}, {}});
  }
  [[nodiscard]] int with(std::string_view authorization, std::string_view cookie = {},
                         std::string_view target = "/v1") const {
    return judge({"GET", target, "localhost", {}, authorization, cookie});
  }

  WebRules rules{{"board.example.org"}, {}, "c00c1e", false};
};

TEST_F(WebGuardTest, HostMustBeANameOfItsOwn) {
  for (const auto* const own : {"localhost", "LocalHost:9477", "localhost.", "192.0.2.7", "192.0.2.7:80",
                                "board.example.org", "Board.Example.Org.:9477"})
    EXPECT_EQ(host(own), 200) << own;
  for (const auto* const other :
       {"", ":80", "evil.example", "localhost.evil.example", "192.0.2.8", "192.0.2.7.evil.example", "127.0.0.1",
        "board.example.org.evil", "evil/localhost", "localhost evil", "[", "[]", "[::1", "[::1]", "localhost\x01"})
    EXPECT_EQ(host(other), 403) << other;
}

TEST_F(WebGuardTest, AddressesAreComparedAsAddresses) {
  EXPECT_EQ(host("[::1]:9477", "::1"), 200);
  EXPECT_EQ(host("[0:0:0:0:0:0:0:1]", "::1"), 200);
  EXPECT_EQ(host("[::2]", "::1"), 403);
  EXPECT_EQ(host("192.0.2.7:1", "::ffff:192.0.2.7"), 200);
}

TEST_F(WebGuardTest, OriginMustBeTheSameHost) {
  EXPECT_EQ(origin("http://localhost:9477"), 200);
  EXPECT_EQ(origin("https://LOCALHOST:9477"), 200) << "a proxy may encrypt";
  for (const auto* const other : {"null", "http://evil.example", "http://localhost", "http://localhost:9478",
                                  "http://localhost:9477/x", "localhost:9477", "://", "http://"})
    EXPECT_EQ(origin(other), 403) << other;
  EXPECT_EQ(origin("http://evil.example", "evil.example"), 403) << "the same host, but not ours";
}

TEST_F(WebGuardTest, WithoutATokenNothingIsAsked) { EXPECT_EQ(with({}), 200); }

TEST_F(WebGuardTest, TheTokenIsNeededExactly) {
  rules.token = "correct-horse-battery";
  EXPECT_EQ(with("Bearer correct-horse-battery"), 200);
  EXPECT_EQ(with("bearer correct-horse-battery"), 200);
  for (const auto* const wrong :
       {"", "Bearer", "Bearer ", "Bearer correct-horse-batter", "Bearer correct-horse-battery ",
        "Basic correct-horse-battery", "correct-horse-battery", "Bearer c00c1e"})
    EXPECT_EQ(with(wrong), 401) << wrong;
  EXPECT_EQ(with({}, {}, "/v1?token=correct-horse-battery"), 401) << "only the page itself changes it for a cookie";
  EXPECT_EQ(with({}, {}, "/livez"), 200);
  EXPECT_EQ(with({}, {}, "/readyz?x"), 200);
  EXPECT_EQ(with({}, {}, "/livez/../metrics"), 401);
  EXPECT_EQ(judge({"GET", "/", "evil.example", {}, "Bearer correct-horse-battery", {}}), 403) << "Host comes first";
}

TEST_F(WebGuardTest, ABrowserGetsACookieForIt) {
  rules.token = "correct-horse-battery";
  EXPECT_EQ(with({}, {}, "/?token=correct-horse-battery"), 303);
  EXPECT_EQ(with({}, {}, "/?token=correct%2dhorse-battery"), 303);
  for (const auto* const wrong : {"/?token=", "/?token=wrong", "/?", "/?token=%", "/?Token=correct-horse-battery"})
    EXPECT_EQ(with({}, {}, wrong), 401) << wrong;
  EXPECT_EQ(with({}, "amibroker_board=c00c1e"), 200);
  EXPECT_EQ(with({}, "a=b; amibroker_board=c00c1e; c"), 200);
  for (const auto* const wrong : {"amibroker_board=", "amibroker_board=c00c1f", "amibroker_board=correct-horse-battery",
                                  "x=c00c1e", ";;=;", "c00c1e"})
    EXPECT_EQ(with({}, wrong), 401) << wrong;
}

TEST_F(WebGuardTest, TheCookieIsForThisPageAlone) {
  rules.token = "correct-horse-battery";
  const auto cookie = [&] {
    const WebGuard guard(std::make_shared<const WebRules>(rules), make_address("192.0.2.7"), "");
    return std::get<SentOn>(guard.judge({"GET", "/?token=correct-horse-battery", "localhost", {}, {}, {}}));
  };
  EXPECT_EQ(cookie().location, "/");
  EXPECT_EQ(cookie().cookie, "amibroker_board=c00c1e; Path=/; HttpOnly; SameSite=Strict");
  rules.encrypted = true;
  EXPECT_EQ(cookie().cookie, "amibroker_board=c00c1e; Path=/; HttpOnly; SameSite=Strict; Secure");
}

TEST_F(WebGuardTest, WhoeverAsksMayOnlyLook) {
  const WebGuard guard(std::make_shared<const WebRules>(rules), make_address("192.0.2.7"), "192.0.2.99:1234");
  EXPECT_EQ(guard.refusal(Level::look), std::nullopt);
  EXPECT_EQ(guard.refusal(Level::change)->status, 403);
  EXPECT_EQ(guard.who(), "192.0.2.99:1234");
}

TEST(RandomCookie, IsAnotherOneEachTime) {
  EXPECT_EQ(random_cookie().size(), 64U);
  EXPECT_NE(random_cookie(), random_cookie());
}

}  // namespace
}  // namespace amibroker::control
