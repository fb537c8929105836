// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as what a client of the control socket sends: whatever comes of it, a command gets only what its table
// allows, and a refusal is one line.
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "core/control/command.hpp"
#include "core/control/request.hpp"
#include "core/control/session.hpp"
#include "tests/fuzz/check.hpp"

namespace amibroker::fuzz {
namespace {

namespace http = boost::beast::http;
using control::ArgumentSpec;

const control::Command& command() {
  static const control::Command one{"tries-all",
                                    control::Level::look,
                                    "takes an argument of each type",
                                    {{"text", ArgumentSpec::Type::text, true, "any text"},
                                     {"number", ArgumentSpec::Type::number, false, "a number"},
                                     {"flag", ArgumentSpec::Type::flag, false, "a flag"}},
                                    {}};
  return one;
}

void check_failure(const control::Failure& failure) {
  check(failure.status >= 400 && failure.status < 600, "a refusal has a status of HTTP");
  check(is_one_line(failure.code, 40), "a refusal has a word for programs");
  check(is_one_line(failure.text, 1000), "a refusal is one line");
}

void check_given(const control::Json& given) {
  const auto arguments = control::check_arguments(command(), given);
  if (const auto* const failure = std::get_if<control::Failure>(&arguments)) return check_failure(*failure);
  const auto& taken = std::get<control::Arguments>(arguments);
  check(is_one_line(taken.text("text").value_or(""), 200), "a text is what the table says");
  check(taken.text("text")->find('\t') == std::string::npos, "a text has no control byte");
  check(taken.number("number").value_or(0) <= 1'000'000'000'000'000, "a number is what the table says");
  check(is_one_line(taken.for_log(), 10'000), "what is logged is one line");
}

void run(std::string_view bytes) {
  http::request_parser<http::string_body> parser;
  parser.header_limit(control::Session::longest_header);
  parser.body_limit(control::Session::longest_body);
  parser.eager(true);
  boost::beast::error_code error;
  while (!bytes.empty() && !error && !parser.is_done()) {
    const std::size_t taken = parser.put(boost::asio::buffer(bytes.data(), bytes.size()), error);
    if (taken == 0) break;
    bytes.remove_prefix(taken);
  }
  if (error || !parser.is_done()) return;
  const auto& request = parser.get();
  const auto asked = control::read_request({request.method_string().data(), request.method_string().size()},
                                           {request.target().data(), request.target().size()}, request.body());
  if (const auto* const failure = std::get_if<control::Failure>(&asked)) return check_failure(*failure);
  const auto& read = std::get<control::Asked>(asked);
  check(read.arguments.is_object(), "arguments are an object");
  check_given(read.arguments);
}

}  // namespace
}  // namespace amibroker::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  amibroker::fuzz::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
