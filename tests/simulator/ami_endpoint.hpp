// SPDX-License-Identifier: Apache-2.0
//
// The manager interface of one simulated server: its listener and its sessions. Only on the thread of its fleet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/ami_connection.hpp"
#include "tests/simulator/ami_options.hpp"
#include "tests/simulator/ami_session.hpp"
#include "tests/simulator/ami_text.hpp"
#include "tests/simulator/held_port.hpp"
#include "tests/simulator/signal.hpp"

namespace amibroker::sim {

/// An action on its way: who asked, and what.
struct AmiRequest {
  std::uint64_t session;
  AmiAction action;
};

/// What there is to see of a manager interface.
struct AmiState {
  std::size_t sessions = 0;            ///< that are logged in
  bool asked = false;                  ///< one of these has sent an action after its login
  std::uint64_t logins = 0;            ///< that were accepted, since the server was made
  std::uint64_t refused_logins = 0;    ///< since the server was made
  std::uint64_t events_sent = 0;       ///< to all sessions, since the server was made
  std::string event_mask{};            ///< of the session that came last
  std::vector<std::string> filters{};  ///< of the session that came last
};

class AmiEndpoint {
 public:
  /// Takes the port. Throws std::runtime_error if it is in use, or if the certificate cannot be used.
  explicit AmiEndpoint(AmiOptions options);
  ~AmiEndpoint();
  AmiEndpoint(const AmiEndpoint&) = delete;
  AmiEndpoint& operator=(const AmiEndpoint&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  /// Listens. Throws std::system_error.
  void open();
  /// Drops all connections. The port refuses from now on, or a moment later: see `refuses`.
  void close();
  [[nodiscard]] bool is_open() const noexcept { return listener_ >= 0; }
  /// Whether the port refuses connections by now. After `close`.
  [[nodiscard]] bool refuses() { return held_.take(port_); }

  /// Accepts, reads and writes what is possible now.
  void work();
  /// The next action, if one is there.
  [[nodiscard]] std::optional<AmiRequest> receive();
  [[nodiscard]] bool has_actions() const;
  /// Carries it out; reply and events are the caller's to send.
  [[nodiscard]] ActionResult act(Asterisk& asterisk, const AmiRequest& request);
  /// Any bytes to that session, if it is still there.
  void reply(const AmiRequest& request, std::string_view text);
  /// What is to happen after the reply.
  void finish(const AmiRequest& request, const ActionResult& result);
  /// To all sessions that want it.
  void publish(const Fields& event);

  /// Readable when `work` has something to do. Changes with `open`.
  [[nodiscard]] int descriptor() const noexcept { return epoll_; }
  /// When `on_time` wants to be called, if at all.
  [[nodiscard]] std::optional<Clock::time_point> due() const;
  void on_time(Clock::time_point now);

  // Faults; see Server.
  void hold_silent(bool on) noexcept { silent_ = on; }
  void set_banner(std::string text) { banner_ = std::move(text); }
  void reset_connections();
  void reset_in_event(const Fields& event);
  void send_raw(std::string_view bytes);
  void freeze(bool on);

  [[nodiscard]] AmiState state() const;

 private:
  struct Peer {
    Peer(int socket, SSL_CTX* tls, const AmiOptions& options, std::uint64_t number)
        : connection(socket, tls), session(options, number) {}
    AmiConnection connection;
    AmiSession session;
    AmiReader reader{};
    std::deque<AmiAction> actions{};
    std::string later{};                           // the reply to a refused login
    std::optional<Clock::time_point> refuse_at{};  // and when it is sent
    std::uint32_t watched = 0;                     // events that epoll watches for
    bool mute = false;                             // gets no word, and is not listened to
    bool ended = false;                            // by the other side: what it has sent is still carried out
  };
  using Peers = std::map<std::uint64_t, Peer>;

  void accept();
  void read(Peer& peer);
  void watch(std::uint64_t number, Peer& peer);
  void watch_listener();
  void sweep();
  [[nodiscard]] std::size_t without_login() const;
  [[nodiscard]] bool in_use() const;

  const AmiOptions options_;
  TlsContext tls_;  // null: plain
  HeldPort held_;
  std::uint16_t port_;
  int listener_ = -1;
  int epoll_ = -1;
  std::uint64_t last_number_ = 0;  // 0 is the listener
  Peers peers_;
  std::string banner_;
  bool silent_ = false;
  bool frozen_ = false;
  std::uint64_t logins_ = 0;
  std::uint64_t refused_logins_ = 0;
  std::uint64_t events_sent_ = 0;
};

}  // namespace amibroker::sim
