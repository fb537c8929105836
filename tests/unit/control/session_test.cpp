// SPDX-License-Identifier: Apache-2.0
#include "core/control/session.hpp"

#include <gmock/gmock.h>

#include "tests/unit/control/service_fixture.hpp"

namespace amibroker::control {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

using SessionTest = ServiceTest;

TEST_F(SessionTest, AnswersCommandsOneAfterTheOther) {
  start();
  Client client = local();
  EXPECT_EQ(client.get("/v1/echo?text=a%20b").json(), (Json{{"text", "a b"}}));
  EXPECT_EQ(client.get("/v1").json().at("commands").size(), 4U);
  EXPECT_EQ(client.get("/v1/echo").error(), "bad_argument");
  EXPECT_EQ(client.get("/v1/ecko").error(), "unknown_command");
  EXPECT_EQ(client.post("/v1/set", "{}").status, 200);
  EXPECT_EQ(client.get("/v1/set").status, 405);
  EXPECT_EQ(client.post("/v1/echo", R"({"text":"a"})").status, 405);
  EXPECT_EQ(changes, 1);
}

TEST_F(SessionTest, SaysThatNothingMayBeKeptOrLoadedFromElsewhere) {
  start();
  const std::string head = local().get("/v1").head;
  for (const auto* const line : {"Cache-Control: no-store", "X-Content-Type-Options: nosniff", "default-src 'self'",
                                 "frame-ancestors 'none'", "Content-Type: application/json"})
    EXPECT_THAT(head, HasSubstr(line));
}

TEST_F(SessionTest, AnswersPagesAndSaysWhetherTheLoopLives) {
  start();
  Client client = local();
  const Reply page = client.get("/page?x=1");
  EXPECT_EQ(page.status, 503);
  EXPECT_EQ(page.body, "a page\n");
  EXPECT_EQ(client.get("/livez").status, 200);
  EXPECT_EQ(client.post("/livez", "").status, 405);
}

TEST_F(SessionTest, ALoopThatHangsIsNotedWithoutIt) {
  now += 6s;
  start();
  std::promise<void> over;
  loop.post([until = over.get_future().share()] { until.wait(); });
  EXPECT_EQ(local().get("/livez").status, 503);
  over.set_value();
}

TEST_F(SessionTest, PathTricksFindNothing) {
  start();
  Client client = local();
  for (const auto* const target :
       {"/v1/%65cho?text=a", "/v1/echo%00?text=a", "//v1/echo?text=a", "/x/../v1/echo?text=a", "/v1/./echo?text=a",
        "http://localhost/v1/echo?text=a", "/page/", "/%70age", "//page", "/../../etc/passwd", "*", "page"})
    EXPECT_EQ(client.get(target).status, 404) << target;
}

TEST_F(SessionTest, NamesThatAreNotUtf8AreAnswered) {
  start();
  Client client = local();
  EXPECT_EQ(client.get("/v1/echo?text=%ff%fe").json(), (Json{{"text", "\xef\xbf\xbd\xef\xbf\xbd"}}));
  EXPECT_EQ(client.post("/v1/set", "{\"text\":\"\xff\"}").status, 400);
  EXPECT_EQ(client.get("/v1/\xff\xfe").status, 404);
}

TEST_F(SessionTest, BodiesThatAreNestedDeepAreRefused) {
  start();
  EXPECT_EQ(local().post("/v1/set", "{\"text\":" + std::string(30'000, '[') + std::string(30'000, ']') + "}").status,
            400);
  EXPECT_EQ(changes, 0);
}

TEST_F(SessionTest, PipelinedRequestsAreAnsweredInTheirOrder) {
  start();
  Client client = local();
  std::string requests;
  for (int i = 0; i < 500; ++i) requests += "GET /v1/echo?text=" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n";
  ASSERT_TRUE(client.send(requests));
  for (int i = 0; i < 500; ++i) ASSERT_EQ(client.reply().json().at("text"), std::to_string(i));
}

TEST_F(SessionTest, EndlessHeadersAndBodiesAreRefused) {
  start();
  Client client = local();
  client.send("GET /v1 HTTP/1.1\r\nHost: x\r\nX: " + std::string(9'000, 'a'));
  EXPECT_EQ(client.reply().status, 431);
  Client endless = local();
  EXPECT_FALSE(endless.send("GET /v1 HTTP/1.1\r\nX: " + std::string(10'000'000, 'a'))) << "nobody takes all of it";
  Client body = local();
  body.send("POST /v1/set HTTP/1.1\r\nHost: x\r\nContent-Length: 70000\r\n\r\n" + std::string(70'000, ' '));
  EXPECT_EQ(body.reply().status, 413);
  Client chunks = local();
  chunks.send("POST /v1/set HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 20; ++i) chunks.send("1000\r\n" + std::string(4096, ' ') + "\r\n");
  EXPECT_EQ(chunks.reply().status, 413);
  EXPECT_EQ(changes, 0);
}

TEST_F(SessionTest, WhatIsNoHttpIsRefused) {
  start();
  for (const auto* const text :
       {"\x16\x03\x01\x02\x01\r\n\r\n", "GET /v1\r\n\r\n", "GET /v1 HTTP/1.1\r\nHost x\r\n\r\n",
        "POST /v1/set HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST /v1/set HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
        "POST /v1/set HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}"}) {
    Client client = local();
    client.send(text);
    EXPECT_EQ(client.reply().status, 400) << text;
    EXPECT_TRUE(client.is_closed()) << text;
  }
  EXPECT_EQ(changes, 0);
  Client twice = local();
  EXPECT_EQ(twice.get("/v1", "Host: a\r\nHost: b\r\n").status, 400);
}

TEST_F(SessionTest, OtherMethodsEndTheConnectionSoThatNoBodyIsTakenForAnAnswer) {
  start();
  for (const auto* const target : {"/page", "/v1", "/v1/echo?text=a"}) {
    Client client = local();
    client.send("HEAD " + std::string(target) + " HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client.reply().status, 405) << target;
    EXPECT_TRUE(client.is_closed()) << target;
  }
}

TEST_F(SessionTest, AHalfRequestIsNotWaitedFor) {
  patience.busy = 50ms;
  patience.idle = 1h;
  start();
  Client half = local();
  half.send("GET /v1 HTTP/1.1\r\nHo");
  EXPECT_TRUE(half.is_closed());
  Client silent = local();
  EXPECT_TRUE(silent.is_closed());
}

TEST_F(SessionTest, AClientMayThinkBetweenTwoRequests) {
  patience.busy = 1h;
  patience.idle = 50ms;
  start();
  Client client = local();
  EXPECT_EQ(client.get("/v1").status, 200);
  EXPECT_TRUE(client.is_closed());
}

TEST_F(SessionTest, AClientThatLeavesInTheMiddleCostsNothing) {
  start();
  for (int i = 0; i < 50; ++i) {
    Client client = local();
    client.send(i % 2 == 0 ? "GET /v1/big HTTP/1.1\r\nHost: x\r\n\r\n" : "POST /v1/set HTTP/1.1\r\nContent-Le");
  }
  {
    Client client = local();
    client.send("GET /v1/later HTTP/1.1\r\nHost: x\r\n\r\n");
    wait_for_later(1);
  }
  on_loop([&] { kept.front()(Json(1)); });
  EXPECT_EQ(local().get("/v1/echo?text=a").status, 200);
}

TEST_F(SessionTest, AClientThatOnlyWritesStillGetsItsAnswer) {
  start();
  Client client = local();
  client.send("GET /v1/echo?text=a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  client.end_sending();
  EXPECT_EQ(client.reply().status, 200);
  EXPECT_TRUE(client.is_closed());
}

TEST_F(SessionTest, TooManyQuestionsAreRefused) {
  start();
  std::vector<Client> clients;
  for (std::size_t i = 0; i < Door::most_waiting; ++i) {
    clients.push_back(local());
    clients.back().send("GET /v1/later HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  wait_for_later(Door::most_waiting);
  const Reply refused = local().get("/v1/echo?text=a");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.error(), "busy");
  on_loop([&] { kept.clear(); });
  EXPECT_EQ(clients.front().reply().error(), "no_answer");
  EXPECT_EQ(local().get("/v1/echo?text=a").status, 200);
}

}  // namespace
}  // namespace amibroker::control
