// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as what a client of the plugin bus asks for: whatever is taken is an action that the broker would send, and
// a refusal is one line.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "amibroker/testing/action_rules.hpp"
#include "plugins/bus/reply_text.hpp"
#include "plugins/bus/request.hpp"
#include "tests/fuzz/check.hpp"

namespace amibroker::fuzz {
namespace {

void run(std::string_view bytes) {
  static bus::RequestReader reader;
  const auto read = reader.read(bytes);
  if (const auto* const bad = std::get_if<bus::BadRequest>(&read)) {
    check(is_one_line(bad->why, 400), "a refusal is one line");
    check(bad->action_id.size() <= 200, "the client's mark has a bound");
    return;
  }
  const auto& request = std::get<bus::Request>(read);
  check(!request.server.empty() && is_one_line(request.server, 1000), "a server has a name");
  check(request.action_id.size() <= 200, "the client's mark has a bound");
  // How long a line becomes is left to the broker, which says it with its own words.
  const std::string why = testing::why_refused(request.action, true);
  check(why.empty() || why.find("makes a line of more than") != why.npos, "what is taken is sent");
  const std::string answer = bus::refusal_text(request.server, request.action_id, Outcome::not_sent, "");
  check(is_one_line(answer, 20'000), "an answer is one line");
}

}  // namespace
}  // namespace amibroker::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  amibroker::fuzz::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
