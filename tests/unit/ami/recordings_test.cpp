// SPDX-License-Identifier: Apache-2.0
//
// Every message that real Asterisk 16 and 22 sent through the module is read as an independent parser reads it.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "core/ami/json_decoder.hpp"

namespace amibroker::ami {
namespace {

class Recording : public ::testing::TestWithParam<const char*> {};

TEST_P(Recording, IsReadLikeAnIndependentParserReadsIt) {
  std::ifstream file(std::string(AMIBROKER_TEST_DATA) + "/" + GetParam());
  ASSERT_TRUE(file) << GetParam();
  JsonDecoder decoder;
  std::size_t events = 0;
  for (std::string line; std::getline(file, line); ++events) {
    const auto expected = nlohmann::ordered_json::parse(line);
    const Message* message = decoder.decode_event(line);
    ASSERT_NE(message, nullptr) << decoder.error() << ": " << line;
    EXPECT_EQ(peek_event_name(line), expected["Event"].get<std::string>());
    ASSERT_EQ(message->size(), expected.size()) << line;
    auto field = message->begin();
    for (const auto& [key, value] : expected.items()) {
      EXPECT_EQ(field->name, key);
      EXPECT_EQ(field->value, value.get<std::string>());
      ++field;
    }
  }
  EXPECT_GT(events, 300U);
}

INSTANTIATE_TEST_SUITE_P(Asterisk, Recording, ::testing::Values("zmq-16.jsonl", "zmq-22.jsonl"),
                         [](const auto& info) { return std::string(info.param).substr(4, 2); });

}  // namespace
}  // namespace amibroker::ami
