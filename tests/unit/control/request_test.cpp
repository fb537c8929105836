// SPDX-License-Identifier: Apache-2.0
#include "core/control/request.hpp"

#include <gtest/gtest.h>

namespace amibroker::control {
namespace {

Asked read(std::string_view method, std::string_view target, std::string_view body = {}) {
  auto read = read_request(method, target, body);
  if (const auto* const failure = std::get_if<Failure>(&read)) {
    ADD_FAILURE() << target << ": " << failure->text;
    return {};
  }
  return std::get<Asked>(std::move(read));
}

int refused(std::string_view method, std::string_view target, std::string_view body = {}) {
  const auto read = read_request(method, target, body);
  const auto* const failure = std::get_if<Failure>(&read);
  return failure != nullptr ? failure->status : 200;
}

TEST(ReadRequest, TakesQueryAndBody) {
  const Asked look = read("GET", "/v1/show?name=PJSIP%2f1%20a%25&all&x=");
  EXPECT_EQ(look.level, Level::look);
  EXPECT_EQ(look.name, "show");
  EXPECT_EQ(look.arguments, (Json{{"name", "PJSIP/1 a%"}, {"all", ""}, {"x", ""}}));
  const Asked change = read("POST", "/v1/hold", R"({"name":"a"})");
  EXPECT_EQ(change.level, Level::change);
  EXPECT_EQ(change.arguments, (Json{{"name", "a"}}));
  EXPECT_EQ(read("POST", "/v1/reload").arguments, Json::object());
  EXPECT_EQ(read("GET", "/v1").name, "");
  EXPECT_EQ(read("GET", "/v1/").name, "");
}

TEST(ReadRequest, RefusesOtherMethodsAndPlaces) {
  EXPECT_EQ(refused("PUT", "/v1/status"), 405);
  EXPECT_EQ(refused("get", "/v1/status"), 405);
  for (const auto* const target : {"/", "", "*", "/v2/status", "/v1status", "//v1/status", "/%761/status", "/V1/status",
                                   "http://localhost/v1/status", "/./v1/status"})
    EXPECT_EQ(refused("GET", target), 404) << target;
  EXPECT_EQ(refused("GET", "/v1/" + std::string(2000, 'a')), 414);
}

TEST(ReadRequest, TakesANameAsItCame) {
  // What no command is called is then not found.
  EXPECT_EQ(read("GET", "/v1/../status").name, "../status");
  EXPECT_EQ(read("GET", "/v1/status%00").name, "status%00");
  EXPECT_EQ(read("GET", "/v1//status").name, "/status");
}

TEST(ReadRequest, RefusesAQueryThatIsWrittenWrongly) {
  for (const auto* const query : {"a=%", "a=%2", "a=%zz", "=a", "a=1&a=2", "&", "a=1&&b=2"})
    EXPECT_EQ(refused("GET", std::string("/v1/x?") + query), 400) << query;
  std::string many = "/v1/x?a0=";
  for (int i = 1; i <= 20; ++i) many += "&a" + std::to_string(i) + "=";
  EXPECT_EQ(refused("GET", many), 400);
  EXPECT_EQ(refused("GET", "/v1/x", "{}"), 400);
}

TEST(ReadRequest, RefusesABodyThatIsNoSmallObject) {
  for (const std::string body : {"[]", "7", "\"a\"", "null", "{", "{\"a\":1}x", "{\"a\":\"\xff\"}", "{'a':1}"})
    EXPECT_EQ(refused("POST", "/v1/x", body), 400) << body;
  EXPECT_EQ(refused("POST", "/v1/x", std::string(60'000, '[')), 400);
  std::string deep;
  for (int i = 0; i < 10'000; ++i) deep += "{\"a\":";
  EXPECT_EQ(refused("POST", "/v1/x", deep + "1" + std::string(10'000, '}')), 400);
  EXPECT_EQ(refused("POST", "/v1/x", R"({"a":1,"a":2})"), 400);
  EXPECT_EQ(refused("POST", "/v1/x", R"({"a":[]})"), 400);
  EXPECT_EQ(refused("POST", "/v1/x", R"({"a":1,"b":{}})"), 400);
  Json many;
  for (int i = 0; i <= 20; ++i) many["a" + std::to_string(i)] = i;
  EXPECT_EQ(refused("POST", "/v1/x", many.dump()), 400);
  EXPECT_EQ(refused("POST", "/v1/x?a=1", "{}"), 400);
}

}  // namespace
}  // namespace amibroker::control
