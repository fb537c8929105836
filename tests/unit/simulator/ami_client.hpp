// SPDX-License-Identifier: Apache-2.0
//
// A client of one native server, as small as possible. Reads wait 10 s at most. One thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/simulator/server.hpp"
#include "tests/simulator/wire.hpp"

namespace amibroker::sim {

class AmiClient {
 public:
  /// Connects; with `ca_file` (PEM) by TLS, and expects a certificate of 127.0.0.1. Throws std::runtime_error.
  explicit AmiClient(const Server& server, const std::string& ca_file = {});
  ~AmiClient();
  AmiClient(const AmiClient&) = delete;
  AmiClient& operator=(const AmiClient&) = delete;

  void send_raw(const std::string& bytes);
  void send(const Fields& action);
  /// The next line without its end; empty at the deadline or the end.
  [[nodiscard]] std::string line();
  /// The next message; empty at the deadline or the end.
  [[nodiscard]] Fields message();
  /// Sends it, and reads the next message.
  [[nodiscard]] Fields ask(const Fields& action);
  /// What `ask` reads up to an event with `EventList: Complete`.
  [[nodiscard]] std::vector<Fields> list(const std::string& action);
  /// Reads the banner and logs in with the secret itself.
  [[nodiscard]] Fields log_in(const std::string& events = "on", const std::string& secret = "s3cret");
  /// The next message after a Ping is its answer: nothing else came before.
  [[nodiscard]] bool is_quiet();
  /// Whether nothing has come that was not read yet. Without TLS.
  [[nodiscard]] bool has_nothing() const;
  /// Waits for the end of the connection: true where it came.
  [[nodiscard]] bool at_end();
  /// Whether that end was a reset.
  [[nodiscard]] bool was_reset() const noexcept { return reset_; }

 private:
  struct Tls;

  bool fill();

  int socket_ = -1;
  std::unique_ptr<Tls> tls_;
  std::string input_;
  bool ended_ = false;
  bool reset_ = false;
};

}  // namespace amibroker::sim
