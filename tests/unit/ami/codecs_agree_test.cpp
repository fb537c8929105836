// SPDX-License-Identifier: Apache-2.0
//
// The same sessions of real Asterisk 16 and 22, recorded on both transports: a plugin sees the same Messages.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/ami/json_decoder.hpp"
#include "core/ami/text_decoder.hpp"
#include "tests/unit/ami/text_pieces.hpp"

namespace amibroker::ami {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

Fields fields_of(const Message* message) {
  Fields fields;
  if (message == nullptr) return fields;
  for (const Field& field : *message) fields.emplace_back(field.name, field.value);
  return fields;
}

std::string without_blanks_before(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(' ');
  return begin == std::string::npos ? "" : text.substr(begin);
}

/// What the module that made the recordings says of a message: of a repeated header the last value, at its first
/// place; no blanks before a value.
Fields as_the_old_module_says(const Fields& fields) {
  Fields out;
  for (const auto& [name, value] : fields) {
    const auto same = std::find_if(out.begin(), out.end(), [&](const auto& field) { return field.first == name; });
    if (same != out.end()) {
      same->second = without_blanks_before(value);
    } else {
      out.emplace_back(name, without_blanks_before(value));
    }
  }
  return out;
}

/// One that an independent reader of JSON, or a simple one of text, can tell from all others: every header and
/// value, in any order.
using Identity = std::map<std::string, std::string>;

Identity identity_of_text(const std::string& text) {
  Identity identity;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find("\r\n", at);
    const std::size_t colon = text.find(": ", at);
    identity[text.substr(at, colon - at)] = without_blanks_before(text.substr(colon + 2, end - colon - 2));
    at = end + 2;
  }
  return identity;
}

Identity identity_of_json(const std::string& line) { return nlohmann::json::parse(line).get<Identity>(); }

/// The events of the native session, those that are alike in order.
std::map<Identity, std::vector<std::string>> native_events(const std::string& version) {
  std::map<Identity, std::vector<std::string>> events;
  for (const auto& piece : pieces_of(recorded_session(version)))
    if (piece.kind == TextFramer::Kind::event) events[identity_of_text(piece.text)].push_back(piece.text);
  return events;
}

struct Recorded {
  const char* version;
  std::size_t both;   // events that are in both recordings
  std::size_t later;  // events that the module published after the native session had ended
  std::size_t equal;  // of those in both, the ones that the old module could say as they were
};

class CodecsAgree : public ::testing::TestWithParam<Recorded> {};

TEST_P(CodecsAgree, OnEachEventThatIsInBothRecordings) {
  auto natives = native_events(GetParam().version);
  std::ifstream file(std::string(AMIBROKER_TEST_DATA) + "/zmq-" + GetParam().version + ".jsonl");
  JsonDecoder json_decoder;
  TextDecoder text_decoder;
  std::size_t both = 0;
  std::size_t later = 0;
  std::size_t equal = 0;
  for (std::string line; std::getline(file, line);) {
    const auto alike = natives.find(identity_of_json(line));
    if (alike == natives.end() || alike->second.empty()) {
      ++later;
      continue;
    }
    const std::string text = alike->second.front();
    alike->second.erase(alike->second.begin());
    const Fields by_json = fields_of(json_decoder.decode_event(line));
    const Fields by_text = fields_of(text_decoder.decode(text));
    EXPECT_EQ(as_the_old_module_says(by_text), by_json);
    EXPECT_EQ(peek_text_event(text), peek_event_name(line));
    ++both;
    equal += by_text == by_json ? 1U : 0U;
  }
  EXPECT_EQ(both, GetParam().both);
  EXPECT_EQ(later, GetParam().later);
  EXPECT_EQ(equal, GetParam().equal);
}

/// The message as our own module writes it: a repeated header is an array at its first place.
std::string as_our_module_writes(const Fields& fields) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const auto& [name, value] : fields) {
    if (!json.contains(name)) {
      json[name] = value;
    } else if (json[name].is_array()) {
      json[name].push_back(value);
    } else {
      json[name] = nlohmann::ordered_json::array({json[name], value});
    }
  }
  return json.dump();
}

/// The values of each header in order: what is left of the order of repeated headers in JSON.
std::map<std::string, std::vector<std::string>> values_of(const Fields& fields) {
  std::map<std::string, std::vector<std::string>> values;
  for (const auto& [name, value] : fields) values[name].push_back(value);
  return values;
}

TEST_P(CodecsAgree, OnEveryMessageOfTheNativeSessionInTheJsonOfOurModule) {
  JsonDecoder json_decoder;
  TextDecoder text_decoder;
  std::size_t messages = 0;
  std::size_t repeating = 0;
  for (const auto& piece : pieces_of(recorded_session(GetParam().version))) {
    if (piece.kind == TextFramer::Kind::banner) continue;
    const Fields by_text = fields_of(text_decoder.decode(piece.text));
    const std::string json = as_our_module_writes(by_text);
    EXPECT_EQ(values_of(fields_of(json_decoder.decode_event(json))), values_of(by_text)) << piece.text;
    ++messages;
    repeating += values_of(by_text).size() < by_text.size() ? 1U : 0U;
  }
  EXPECT_GE(messages, 325U);
  EXPECT_GT(repeating, 5U);
}

INSTANTIATE_TEST_SUITE_P(Asterisk, CodecsAgree,
                         ::testing::Values(Recorded{"16", 304, 0, 298}, Recorded{"22", 351, 3, 318}),
                         [](const auto& info) { return std::string(info.param.version); });

}  // namespace
}  // namespace amibroker::ami
