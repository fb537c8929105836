// SPDX-License-Identifier: Apache-2.0
//
// What a simulated server needs to be a CURVE server: its key, and who may come in.
#pragma once

#include <string>
#include <thread>
#include <vector>
#include <zmq.hpp>

namespace amibroker::sim {

/// Keys in Z85.
struct CurveOptions {
  std::string secret_key;            ///< the server's
  std::vector<std::string> clients;  ///< public keys of those that may come in
};

/// A context of its own, because libzmq asks one handler a context who may come in, and a thread that is the handler.
/// Sockets of the context must be closed before it is destroyed.
class CurveGate {
 public:
  explicit CurveGate(CurveOptions options);
  ~CurveGate();
  CurveGate(const CurveGate&) = delete;
  CurveGate& operator=(const CurveGate&) = delete;

  [[nodiscard]] zmq::context_t& context() noexcept { return context_; }
  /// Before the socket is bound.
  void guard(zmq::socket_t& socket) const;

 private:
  void run(zmq::socket_t handler) const;
  [[nodiscard]] bool lets_in(const std::vector<std::string>& request) const;

  const CurveOptions options_;
  zmq::context_t context_;
  std::thread thread_;
};

}  // namespace amibroker::sim
