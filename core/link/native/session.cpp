// SPDX-License-Identifier: Apache-2.0
//
// The life of a session: how it logs in, and which events it asks for. What comes in is in session_input.cpp.
#include "core/link/native/session.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/ami/text_encoder.hpp"
#include "core/base/printable.hpp"
#include "core/link/native/action_ids.hpp"
#include "core/link/native/event_mask.hpp"
#include "core/link/native/login.hpp"

namespace amibroker::link::native {
namespace {

constexpr std::size_t longest_name = 80;
// Far more than are ever under way, so that a server that leaves actions unanswered does not make the list longer.
constexpr std::size_t most_due = 4096;

}  // namespace

Session::Session(Shared& shared, const ServerConfig& config, std::shared_ptr<const NativeAccess> access,
                 const std::string& address, const Interest& interest, WireListener& listener)
    : shared_(shared),
      listener_(listener),
      access_(std::move(access)),
      traced_(config.trace),
      shows_traffic_(config.trace),
      interest_(interest),
      connection_(
          shared.loop, shared.contexts, {address, access_->port, config.addr, access_->tls},
          {[this] { listener_.on_connected(); }, [this](const ami::TextFramer::Piece& piece) { on_piece(piece); },
           [this](const Loss& loss) { lose(loss); }}) {}

Session::~Session() { close(); }

void Session::close() noexcept {
  closed_ = true;
  connection_.close();
}

void Session::lose(const Loss& loss) {
  if (closed_) return;
  close();
  listener_.on_lost(loss);
}

void Session::refuse(std::string why, std::string_view remedy) {
  lose({Loss::Kind::refusal, std::move(why), std::string(remedy)});
}

// --- Actions --------------------------------------------------------------------------------------------------

bool Session::send(const Encoded& action) {
  if (closed_ || !ready_) return false;
  const std::string_view bytes = action.bytes();
  if (shows_traffic_) trace("->", bytes);
  if (!connection_.send(bytes)) return false;
  if (due_.size() == most_due) due_.pop_front();
  due_.push_back(number_of(ami::peek_action_id(bytes)).value_or(0));
  tell_due();
  return true;
}

void Session::flush() { connection_.flush(); }

void Session::ask(Own what, const Action& action) {
  text_.clear();
  ami::encode_text(action, own_id(++last_own_), text_);
  asked_.push_back({last_own_, what});
  if (shows_traffic_) trace("->", text_);
  if (connection_.send(text_)) connection_.flush();
}

// --- Login ----------------------------------------------------------------------------------------------------

void Session::on_banner(std::string_view line) {
  if (!is_ami_banner(line))
    return lose({Loss::Kind::connection, "what answers on this port is no manager interface: it says '" +
                                             base::printable(line, longest_name) + "'"});
  greeted_ = true;
  ask(Own::challenge, challenge_action());
}

void Session::log_in(const Message& challenge) {
  asked_mask_ = event_mask_of(wanted());
  const auto text = challenge.find("Challenge");
  if (text)
    if (const auto login = challenge_login(*access_, *text, asked_mask_)) return ask(Own::login, *login);
  if (may_send_secret(*access_)) return ask(Own::login, plain_login(*access_, asked_mask_));
  if (text)
    return refuse("this machine's OpenSSL refuses MD5, which a challenge of AMI needs",
                  "Write plain_login = yes, and tls = yes so that nobody reads the secret");
  refuse("it gives no challenge (" + base::printable(challenge["Message"], longest_name) +
             "), and without one others could read the secret on its way",
         "Write tls = yes, or plain_login = yes if nobody else can listen");
}

void Session::logged_in(const Message& answer) {
  if (!same_name(answer["Response"], "Success")) {
    const std::string_view why = answer["Message"];
    return refuse("it refuses the login of '" + base::printable(access_->username, longest_name) + "' (" +
                      base::printable(why, longest_name) + ")",
                  remedy_of_refusal(why));
  }
  ready_ = true;
  ask_for_events();
  listener_.on_ready();
}

// --- Wanted events --------------------------------------------------------------------------------------------

Interest Session::wanted() const { return traced_ ? Interest{.all = true} : interest_; }

void Session::want(const Interest& interest) {
  if (closed_) return;
  interest_ = interest;
  if (!ready_) return;  // then the login asks for them, or what follows it
  if (!wanted().all || asked_names_.empty()) return ask_for_events();
  // Later, for the caller is in the middle of something, and it will hear that the connection is over.
  shared_.loop.post([this, alive = std::weak_ptr(is_there_)] {
    if (!alive.expired() && wanted().all)
      lose({Loss::Kind::own_choice, "plugins want all events now, and a session keeps its filters for life"});
  });
}

void Session::ask_for_events() {
  const Interest interest = wanted();
  std::string mask = event_mask_of(interest);
  if (mask != asked_mask_) {
    asked_mask_ = std::move(mask);
    ask(Own::event_mask, std::move(Action("Events").add("EventMask", asked_mask_)));
  }
  ask_for_filters(interest);
}

void Session::ask_for_filters(const Interest& interest) {
  Interest more;
  std::set_difference(interest.names.begin(), interest.names.end(), asked_names_.begin(), asked_names_.end(),
                      std::back_inserter(more.names));
  for (const std::string& filter : event_filters_of(more))
    ask(Own::filter, std::move(Action("Filter").add("Operation", "Add").add("Filter", filter)));
  asked_names_.insert(asked_names_.end(), more.names.begin(), more.names.end());
  std::sort(asked_names_.begin(), asked_names_.end());
}

}  // namespace amibroker::link::native
