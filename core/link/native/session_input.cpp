// SPDX-License-Identifier: Apache-2.0
//
// What a session makes of what comes in.
#include <algorithm>
#include <utility>

#include "core/base/printable.hpp"
#include "core/link/native/action_ids.hpp"
#include "core/link/native/session.hpp"

namespace amibroker::link::native {
namespace {

constexpr std::size_t longest_text = 80;
// The items of a list count as so many answers, because each is sent by itself, as an answer is.
constexpr std::size_t due_for_list = 25;

}  // namespace

/// An event that is decoded when somebody asks for it.
class Session::Frame final : public ami::EventFrame {
 public:
  Frame(Session& session, std::string_view text) : session_(session), text_(text), name_(ami::peek_text_event(text)) {}
  [[nodiscard]] std::string_view name() const noexcept override { return name_; }
  [[nodiscard]] const Message* message() override {
    if (std::exchange(decoded_, true)) return message_;
    ami::TextDecoder& decoder = session_.shared_.event_decoder;
    message_ = decoder.decode(text_);
    if (message_ == nullptr && !session_.closed_) session_.listener_.on_bad("an event", decoder.error());
    return message_;
  }

 private:
  Session& session_;
  std::string_view text_;
  std::string_view name_;
  bool decoded_ = false;
  const Message* message_ = nullptr;
};

void Session::on_piece(const ami::TextFramer::Piece& piece) {
  using Kind = ami::TextFramer::Kind;
  if (shows_traffic_ && piece.kind != Kind::bad) trace("<-", piece.text);
  if (closed_) return;
  switch (piece.kind) {
    case Kind::incomplete: return;
    case Kind::banner: return on_banner(piece.text);
    case Kind::event: return on_event(piece.text);
    case Kind::reply: return on_answer(piece.text);
    case Kind::bad: break;
  }
  if (!greeted_) return lose({Loss::Kind::connection, "what answers on this port is no manager interface"});
  listener_.on_bad("a message", piece.why);
}

void Session::on_event(std::string_view text) {
  // What answers there has not shown yet that it is the server, and Asterisk sends no events before a login.
  if (!ready_) return listener_.on_bad("an event", "it came before the login");
  if (list_.active())
    if (const auto id = number_of(ami::peek_action_id(text)); id && list_.is_of(*id)) return on_list_item(text);
  Frame frame(*this, text);
  if (frame.name().empty()) return listener_.on_bad("an event", "its header Event is empty");
  listener_.on_event(frame);
}

// --- Answers --------------------------------------------------------------------------------------------------

void Session::on_answer(std::string_view text) {
  const Message* const answer = shared_.answer_decoder.decode(text);
  if (answer == nullptr) return listener_.on_bad("an answer", shared_.answer_decoder.error());
  const std::string_view id_text = (*answer)["ActionID"];
  if (const auto own = own_number_of(id_text)) return on_own_answer(*own, *answer);
  if (!ready_) return listener_.on_bad("an answer", "it came before the login");
  const auto id = number_of(id_text);
  if (id && list_.is_of(*id)) return listener_.on_bad("an answer", "the list that answers this action is on its way");
  if (id) end_unfinished_list();
  if (closed_) return;
  const bool was_due = id && settle(*id);
  if (was_due && same_name((*answer)["EventList"], "start")) return begin_list(*id, *answer);
  listener_.on_answer(id, {answer, 1});
}

/// What was sent before the action with this answer is not answered any more: a session carries out one after the
/// other.
bool Session::settle(std::uint64_t id) {
  const auto found = std::find(due_.begin(), due_.end(), id);
  if (found == due_.end()) return false;
  due_.erase(due_.begin(), found + 1);
  tell_due();
  return true;
}

void Session::tell_due() { connection_.answers_due(due_.size() + (list_.active() ? due_for_list : 0)); }

void Session::on_own_answer(std::uint64_t number, const Message& answer) {
  const auto found =
      std::find_if(asked_.begin(), asked_.end(), [&](const Asked& asked) { return asked.number == number; });
  if (found == asked_.end()) return listener_.on_bad("an answer", "it answers nothing that was asked");
  const Own what = found->what;
  asked_.erase(asked_.begin(), found + 1);
  end_unfinished_list();
  if (closed_) return;
  switch (what) {
    case Own::challenge: return log_in(answer);
    case Own::login: return logged_in(answer);
    case Own::event_mask: return;
    case Own::filter: break;
  }
  if (same_name(answer["Response"], "Success") || std::exchange(said_unfiltered_, true)) return;
  listener_.on_notice("sends more events than are needed, which the broker throws away: its account may not filter (" +
                      base::printable(answer["Message"], longest_text) +
                      "). If it is busy, give the account write = system, or eventfilter lines in manager.conf");
}

// --- Lists ----------------------------------------------------------------------------------------------------

void Session::begin_list(std::uint64_t id, const Message& answer) {
  const auto result = list_.begin(id, answer);
  tell_due();
  if (result == ListCollector::Result::given_up) listener_.on_bad("a list", list_.flaw());
  if (!closed_) listener_.on_progress();
}

void Session::on_list_item(std::string_view text) {
  const Message* const item = shared_.event_decoder.decode(text);
  if (item == nullptr) return listener_.on_bad("an event", shared_.event_decoder.error());
  const std::uint64_t id = list_.id();
  switch (list_.add(*item)) {
    case ListCollector::Result::more: return listener_.on_progress();
    case ListCollector::Result::over: return tell_due();
    case ListCollector::Result::given_up: tell_due(); return listener_.on_bad("a list", list_.flaw());
    case ListCollector::Result::complete: break;
  }
  listener_.on_answer(id, list_.messages());
  list_.end();
  tell_due();
}

void Session::end_unfinished_list() {
  if (!list_.active()) return;
  list_.end();
  tell_due();
  listener_.on_bad("a list", "the next answer came before its end");
}

/// More people read a log than may know a secret, or what can be derived from it.
void Session::trace(std::string_view direction, std::string_view text) {
  listener_.on_traffic(direction, text.starts_with("Action: Login") ? "Action: Login ..." : text);
}

}  // namespace amibroker::link::native
