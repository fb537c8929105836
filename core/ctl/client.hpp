// SPDX-License-Identifier: Apache-2.0
//
// One question to the daemon over its control socket.
#pragma once

#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace amibroker::ctl {

using Json = nlohmann::json;

/// The daemon is not there, or does not answer. The text says what to do.
class NotReachable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The daemon says no, in its own words, or the system does not let this user reach it (status 403).
class Refused : public std::runtime_error {
 public:
  Refused(int http_status, std::string word, const std::string& text)
      : std::runtime_error(text), status(http_status), code(std::move(word)) {}
  int status;        ///< of HTTP
  std::string code;  ///< for programs: "unknown_server"
};

/// Asks one thing at a time, each over a connection of its own. One thread.
class Client {
 public:
  Client(std::string socket, std::chrono::milliseconds patience) : socket_(std::move(socket)), patience_(patience) {}

  /// `target`: /v1/... ; throws NotReachable or Refused.
  [[nodiscard]] Json get(const std::string& target) const;
  [[nodiscard]] Json post(const std::string& target, const Json& arguments) const;
  /// Calls `take` for each event of a feed, with its type and its data, as they come. Ends only by what it throws: as
  /// the others, if the daemon ends or says nothing for 45 s; or what `take` throws.
  void listen(const std::string& target,
              const std::function<void(std::string_view type, const Json& data)>& take) const;

 private:
  [[nodiscard]] Json ask(bool changes, const std::string& target, const std::string& body) const;

  std::string socket_;
  std::chrono::milliseconds patience_;
};

}  // namespace amibroker::ctl
