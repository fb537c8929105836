// SPDX-License-Identifier: Apache-2.0
//
// The unix socket on which the daemon takes commands.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <filesystem>
#include <memory>

#include "core/control/acceptor.hpp"
#include "core/control/crowd.hpp"
#include "core/control/rights.hpp"
#include "core/control/session.hpp"

namespace amibroker::control {

/// At most `most_sessions` clients at a time; see Crowd.
class ControlSocket {
 public:
  static constexpr std::size_t most_sessions = 100;
  static constexpr std::size_t longest_path = 107;  ///< see unix(7)

  struct Settings {
    std::filesystem::path path;  ///< absolute, at most `longest_path` bytes
    Rights rights{};
  };

  /// Opens the socket with mode 0660, in the group that may look. A socket that an earlier life of the daemon left is
  /// replaced. `io` and `context` outlive this. Throws std::runtime_error, whose text says what to do, if it cannot be
  /// opened or another process serves it. Before or after `io` runs, as is the end.
  ControlSocket(boost::asio::io_context& io, const Session::Context& context, Settings settings);
  /// Takes the socket's name away.
  ~ControlSocket();
  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;

  /// Thread of `io`.
  void close();

 private:
  using Local = boost::asio::local::stream_protocol;
  void open();
  void take(Local::socket socket);

  const Session::Context& context_;
  Settings settings_;
  std::shared_ptr<Crowd> crowd_;  // sessions have it too, for they may end after this
  Acceptor<Local> acceptor_;
};

}  // namespace amibroker::control
