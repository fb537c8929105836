// SPDX-License-Identifier: Apache-2.0
//
// The addresses of a host, without waiting for a DNS that is silent.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mqtt {

/// Any one thread. It begins with the object and may be given up at any moment.
class Lookup {
 public:
  /// Throws std::system_error.
  explicit Lookup(const std::string& host);
  ~Lookup();
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;

  /// Nothing: not known yet. The addresses, numeric, at least one. Throws std::runtime_error with what went wrong.
  [[nodiscard]] std::optional<std::vector<std::string>> result() const;

 private:
  struct Request;
  class Abandoned;
  std::unique_ptr<Request> request_;
};

}  // namespace mqtt
