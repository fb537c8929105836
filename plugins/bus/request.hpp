// SPDX-License-Identifier: Apache-2.0
//
// What a client asks for: JSON in, an action out. Everything here was written by somebody else.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "amibroker/action.hpp"

namespace amibroker::bus {

/// Longest text of a request, in bytes.
inline constexpr std::size_t longest_request = 16 * 1024;

/// An action for one server.
struct Request {
  std::string server;     ///< name of the server's section
  std::string action_id;  ///< the client's own mark, which its answer has again; may be empty
  Action action{""};
};

/// Why there is no action, for who asked.
struct BadRequest {
  std::string action_id;  ///< as far as it was read
  std::string why;
};

/// Reads requests. One thread.
class RequestReader {
 public:
  RequestReader();
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  /// `{"server": "pbx1", "Action": "Setvar", "ActionID": "7", "Variable": "X", "Value": "1"}`. The three names are
  /// compared without case; every other one becomes a header of the action, in order. A value is a text, a whole number
  /// or true or false; a list of these makes the header several times.
  [[nodiscard]] std::variant<Request, BadRequest> read(std::string_view text);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

/// The actions that clients may ask for. Names without case; none at first.
class AllowedNames {
 public:
  AllowedNames() = default;
  explicit AllowedNames(const std::vector<std::string_view>& names) : names_(names.begin(), names.end()) {}
  [[nodiscard]] bool has(std::string_view action) const noexcept;

 private:
  std::vector<std::string> names_;
};

}  // namespace amibroker::bus
