// SPDX-License-Identifier: Apache-2.0
//
// One session on a server's own manager interface.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "amibroker/action.hpp"
#include "core/ami/text_decoder.hpp"
#include "core/base/event_loop.hpp"
#include "core/link/native/connection.hpp"
#include "core/link/native/list_collector.hpp"
#include "core/link/native/tls.hpp"
#include "core/link/wire.hpp"

namespace amibroker::link::native {

/// What all sessions share; see NativeTransport, which owns it.
struct Shared {
  base::EventLoop& loop;
  TlsContexts contexts{};
  /// Two, for an event is still being looked at while an answer may be decoded.
  ami::TextDecoder event_decoder{};
  ami::TextDecoder answer_decoder{};
};

/// Logs in, then carries events, actions and answers. It has actions of its own (Challenge, Login, Events, Filter),
/// which are `s1`, `s2`, ...; those of the server around it have numbers. It is ready once the login was accepted and
/// filters were asked for, so that whatever is sent after that is answered after them.
/// An answer to a later action ends what is not complete: a list that lacks its end, and what the server passed over.
class Session final : public Wire {
 public:
  /// `access` is kept; `shared` and `listener` outlive `close`.
  Session(Shared& shared, const ServerConfig& config, std::shared_ptr<const NativeAccess> access,
          const std::string& address, const Interest& interest, WireListener& listener);
  ~Session() override;

  [[nodiscard]] bool send(const Encoded& action) override;
  void flush() override;
  void want(const Interest& interest) override;
  void show_traffic(bool on) override { shows_traffic_ = on || traced_; }
  void close() noexcept override;

  /// Reads so far, for tests.
  [[nodiscard]] std::uint64_t reads() const noexcept { return connection_.reads(); }

 private:
  /// What an action of the session's own is for.
  enum class Own : std::uint8_t { challenge, login, event_mask, filter };
  struct Asked {
    std::uint64_t number;
    Own what;
  };
  class Frame;

  // Life of the session.
  void on_banner(std::string_view line);
  void log_in(const Message& challenge);
  void logged_in(const Message& answer);
  void ask(Own what, const Action& action);
  void ask_for_events();
  void ask_for_filters(const Interest& interest);
  [[nodiscard]] Interest wanted() const;
  void lose(const Loss& loss);
  void refuse(std::string why, std::string_view remedy);

  // Input.
  void on_piece(const ami::TextFramer::Piece& piece);
  void on_event(std::string_view text);
  void on_list_item(std::string_view text);
  void on_answer(std::string_view text);
  void on_own_answer(std::uint64_t number, const Message& answer);
  void begin_list(std::uint64_t id, const Message& answer);
  void end_unfinished_list();
  [[nodiscard]] bool settle(std::uint64_t id);
  void tell_due();
  void trace(std::string_view direction, std::string_view text);

  Shared& shared_;
  WireListener& listener_;
  std::shared_ptr<const NativeAccess> access_;
  bool traced_;
  bool shows_traffic_;
  Interest interest_;
  bool greeted_ = false;
  bool ready_ = false;
  bool closed_ = false;
  std::string asked_mask_;                // of this session
  std::vector<std::string> asked_names_;  // for which it was given filters, which it keeps for life
  bool said_unfiltered_ = false;
  std::deque<Asked> asked_;  // own actions under way, in order
  std::uint64_t last_own_ = 0;
  std::deque<std::uint64_t> due_;  // the others', in the order in which they were sent
  ListCollector list_;
  std::string text_;                                                     // reused
  std::shared_ptr<const bool> is_there_ = std::make_shared<bool>(true);  // until this is destroyed
  Connection connection_;  // last, so that nothing calls back before the rest is made
};

}  // namespace amibroker::link::native
