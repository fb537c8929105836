// SPDX-License-Identifier: Apache-2.0
#include "core/link/ami_link.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "core/base/printable.hpp"
#include "core/link/ami_interest.hpp"
#include "core/link/ami_login.hpp"

namespace amibroker::link {
namespace {

constexpr std::size_t longest_name = 80;

std::string label_of(const ServerConfig& config) {
  return "server '" + base::printable(config.name, longest_name) + "' [" +
         base::printable(config.section, longest_name) + "]";
}

}  // namespace

AmiLink::AmiLink(AmiFleet& fleet, ServerId id, ServerConfig config)
    : fleet_(fleet),
      id_(id),
      config_(std::move(config)),
      label_(label_of(config_)),
      backoff_(timings().first_retry, timings().last_retry, id + 1),
      login_backoff_(timings().first_login_retry, timings().last_login_retry, id + 1) {
  fleet_.all().add(*this);
}

AmiLink::~AmiLink() { fleet_.all().remove(*this); }

void AmiLink::start(LinkListener& listener) {
  listener_ = &listener;
  since_ = loop().now();
  connect();
}

void AmiLink::stop() {
  const bool was_up = up();
  state_ = State::stopped;
  logged_in_ = false;
  connection_.reset();
  fail_actions();
  if (!was_up) return;
  since_ = loop().now();
  listener_->on_down(id_);
}

// --- Session --------------------------------------------------------------------------------------------------

void AmiLink::connect() {
  state_ = State::connecting;
  greeted_ = logged_in_ = heard_ = false;
  asked_names_.clear();
  ping_deadline_.reset();
  next_step_ = loop().now() + timings().attempt;
  try {
    connection_ = std::make_unique<AmiConnection>(
        loop(), config_,
        AmiConnection::Callbacks{[this](const ami::TextFramer::Piece& piece) { on_piece(piece); },
                                 [this](std::string_view why, bool is_distrusted) {
                                   lose(is_distrusted ? Loss::refusal : Loss::connection, why);
                                 }});
  } catch (const std::runtime_error& error) {
    lose(Loss::refusal, error.what());
  }
}

void AmiLink::on_banner(std::string_view line) {
  if (!is_ami_banner(line)) {
    lose(Loss::connection,
         "what answers on this port is no manager interface: it says '" + base::printable(line, longest_name) + "'");
    return;
  }
  greeted_ = true;
  send_internal(challenge_action(), [this](const Reply& reply) { log_in(reply); });
}

void AmiLink::log_in(const Reply& challenge) {
  if (challenge.messages.empty()) return;  // the session ended
  const Message& answer = challenge.messages.front();
  asked_mask_ = event_mask_of(wanted());
  if (const auto text = answer.find("Challenge")) {
    try {
      return send_internal(challenge_login(config_.ami, *text, asked_mask_),
                           [this](const Reply& reply) { logged_in(reply); });
    } catch (const std::runtime_error& error) {
      if (!may_send_secret(config_.ami)) return lose(Loss::refusal, error.what());
    }
  }
  if (!may_send_secret(config_.ami))
    return lose(Loss::refusal,
                "it gives no challenge (" + base::printable(challenge.text, longest_name) +
                    "), and without one the secret would be sent readable: write tls = yes, or plain_login = "
                    "yes where nobody else can listen");
  send_internal(plain_login(config_.ami, asked_mask_), [this](const Reply& reply) { logged_in(reply); });
}

void AmiLink::logged_in(const Reply& reply) {
  if (reply.messages.empty()) return;  // the session ended
  if (!reply.ok())
    return lose(Loss::refusal, "it refuses the login of '" + base::printable(config_.ami.username, longest_name) +
                                   "' (" + base::printable(reply.text, longest_name) +
                                   "): " + std::string(remedy_of_refusal(reply.text)));
  logged_in_ = true;
  ask_for_events();
  // Behind the filters, so that what the login itself brings (FullyBooted) is over when plugins hear of the server.
  ping();
}

void AmiLink::came_up() {
  if (state_ != State::connecting || !logged_in_) return;
  state_ = State::up;
  since_ = loop().now();
  reported_.reset();
  ++counters_.connects;
  backoff_.reset();
  login_backoff_.reset();
  spdlog::info("{} is up", label_);
  ask_identity();
  listener_->on_up(id_);
}

void AmiLink::lose(Loss kind, std::string_view why) {
  const bool was_up = up();
  state_ = State::waiting;
  logged_in_ = false;
  const auto wait = kind == Loss::own_wish  ? std::chrono::milliseconds(0)
                    : kind == Loss::refusal ? login_backoff_.next()
                                            : backoff_.next();
  next_step_ = loop().now() + wait;
  ping_deadline_.reset();
  log_loss(kind, why, was_up);
  connection_.reset();
  if (was_up) since_ = loop().now();
  fail_actions();
  if (was_up) listener_->on_down(id_);
}

void AmiLink::log_loss(Loss kind, std::string_view why, bool was_up) {
  if (!was_up && reported_ == kind) return;
  reported_ = kind;
  switch (kind) {
    case Loss::own_wish: spdlog::info("{} is connected anew: {}", label_, why); return;
    case Loss::refusal:
      spdlog::error("{} cannot be used: {} ({} port {}); trying again in {} to {} s", label_, why, config_.addr,
                    config_.ami.port, timings().first_login_retry.count() / 2000,
                    timings().last_login_retry.count() / 1000);
      return;
    case Loss::connection: break;
  }
  spdlog::warn(
      "{} is down: {} ({} port {}{}); trying again at least every {} s. Check that Asterisk runs and that its "
      "manager.conf has enabled = yes and this {}",
      label_, why, config_.addr, config_.ami.port, config_.ami.tls ? ", TLS" : "", timings().last_retry.count() / 1000,
      config_.ami.tls ? "tlsbindaddr with tlsenable = yes" : "port");
}

void AmiLink::tick(Clock::time_point now) {
  switch (state_) {
    case State::stopped: return;
    case State::waiting:
      if (now >= next_step_) connect();
      return;
    case State::connecting:
      if (now >= next_step_)
        lose(Loss::connection, greeted_ ? "it did not answer the login in time"
                                        : "it said nothing in time, neither yes nor no (is tls set as it is there?)");
      return;
    case State::up: break;
  }
  if (ping_deadline_ && std::exchange(heard_, false)) ping_deadline_ = now + timings().ping_timeout;
  if (ping_deadline_ && now >= *ping_deadline_) return lose(Loss::connection, "it does not answer any more");
  expire(now);
  if (state_ == State::up && !ping_deadline_ && now >= next_ping_) ping();
}

void AmiLink::ping() {
  const auto now = loop().now();
  next_ping_ = now + timings().ping_period;
  ping_deadline_ = now + timings().ping_timeout;
  send_internal(Action("Ping"), [this](const Reply& reply) {
    if (reply.messages.empty()) return;
    ping_deadline_.reset();
    came_up();
  });
}

void AmiLink::ask_identity() {
  send_internal(Action("CoreSettings"), [this](const Reply& reply) {
    if (!reply.ok()) return;  // needs the class system or reporting, and is only for people
    const Message& settings = reply.messages.front();
    if (const auto version = settings.find("AsteriskVersion"))
      spdlog::info("{} is Asterisk {}, system name '{}'", label_, base::printable(*version, longest_name),
                   base::printable(settings["SystemName"], longest_name));
    fleet_.all().identify(id_, config_, settings["SystemName"]);
  });
}

// --- Wanted events --------------------------------------------------------------------------------------------

Interest AmiLink::wanted() const { return config_.trace ? Interest{.all = true} : interest_; }

void AmiLink::set_interest(const Interest& interest) {
  interest_ = interest;
  if (!logged_in_) return;
  if (!wanted().all || asked_names_.empty()) return ask_for_events();
  // Not from inside the call of a plugin, for it would be told that the server is down.
  loop().post([this] {
    if (logged_in_ && wanted().all && !asked_names_.empty())
      lose(Loss::own_wish, "plugins want all events now, and a session keeps its filters for life");
  });
}

void AmiLink::ask_for_events() {
  const Interest interest = wanted();
  std::string mask = event_mask_of(interest);
  if (mask != asked_mask_) {
    asked_mask_ = std::move(mask);
    send_internal(Action("Events").add("EventMask", asked_mask_), nullptr);
  }
  ask_for_filters(interest);
}

void AmiLink::ask_for_filters(const Interest& interest) {
  Interest more;
  std::set_difference(interest.names.begin(), interest.names.end(), asked_names_.begin(), asked_names_.end(),
                      std::back_inserter(more.names));
  for (const std::string& filter : event_filters_of(more))
    send_internal(Action("Filter").add("Operation", "Add").add("Filter", filter), [this](const Reply& reply) {
      if (reply.outcome != Outcome::error || std::exchange(told_unfiltered_, true)) return;
      spdlog::info(
          "{} sends more events than are needed, which the broker throws away: its account may not filter ({}). "
          "Where it is busy, give the account write = system, or eventfilter lines in manager.conf",
          label_, base::printable(reply.text, longest_name));
    });
  asked_names_.insert(asked_names_.end(), more.names.begin(), more.names.end());
  std::sort(asked_names_.begin(), asked_names_.end());
}

}  // namespace amibroker::link
