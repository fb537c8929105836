// SPDX-License-Identifier: Apache-2.0
//
// How a server is connected, and connected again. What happens while it is: server_life.cpp.
#include "core/link/server.hpp"

#include <stdexcept>
#include <utility>

#include "core/base/address.hpp"
#include "core/base/printable.hpp"
#include "core/link/address_race.hpp"

namespace amibroker::link {
namespace {

constexpr std::size_t longest_name = 80;
constexpr std::string_view remedy_for_names =
    "Check the name server of this machine (/etc/resolv.conf), or write the address as a number in addr";

}  // namespace

Server::Server(ServerContext& context, ServerId id, ServerConfig config, Transport& transport, ActionEncoder& encoder)
    : context_(context),
      id_(id),
      config_(std::move(config)),
      transport_(&transport),
      encoder_(&encoder),
      log_(config_),
      since_(context.loop().now()),
      backoff_(timings().first_retry, timings().last_retry, id + 1),
      login_backoff_(timings().first_login_retry, timings().last_login_retry, id + 1),
      requests_(
          counters_, [this](Owner owner, const Completion& done, const Reply& reply) { finish(owner, done, reply); },
          [this](std::string_view why) { log_.bad("an answer", why, context_.loop().now()); }) {}

Server::~Server() {
  context_.resolver().cancel(look_up_);
  drop_wire();
}

void Server::start() {
  if (state_ != State::made) return;
  connect();
}

void Server::stop() {
  const bool was_up = up();
  state_ = State::stopped;
  context_.resolver().cancel(look_up_);
  drop_wire();
  fail_actions();
  requests_.restart(0);  // many servers may come and go, and each keeps its number, but not the memory of its window
  if (!was_up) return;
  since_ = context_.loop().now();
  context_.listener().on_down(id_);
}

void Server::change(ServerConfig config, Transport& transport, ActionEncoder& encoder) {
  const bool same_place = changes_of_way(config_, config).empty();
  config_ = std::move(config);
  log_.rename(config_);
  if (same_place || stopped()) return;
  transport_ = &transport;
  encoder_ = &encoder;
  if (state_ == State::made) return;
  backoff_.reset();
  login_backoff_.reset();
  lose({Loss::Kind::own_choice, "its section of the configuration changed"});
  last_action_id_ = 0;  // the other transport's encoder counts by itself
}

bool Server::named() const { return !base::is_numeric_address(config_.addr); }

void Server::connect() {
  next_step_ = context_.time() + timings().attempt;
  connected_ = ready_ = false;
  ping_deadline_.reset();
  doubt_.reset();
  is_more_in_doubt_ = false;
  requests_.restart(transport_->traits().window);
  if (!named()) return connect_to({.addresses = {config_.addr}, .error = {}});
  state_ = State::resolving;
  look_up_ = context_.resolver().resolve(config_.addr, [this](const Resolver::Found& found) {
    look_up_ = 0;
    connect_to(found);
  });
}

void Server::connect_to(const Resolver::Found& found) {
  state_ = State::connecting;
  if (found.addresses.empty()) return lose({Loss::Kind::connection, found.error, std::string(remedy_for_names)});
  WireListener& self = *this;
  try {
    if (found.addresses.size() == 1)
      wire_ = transport_->connect(config_, found.addresses.front(), context_.interest(), self);
    else
      wire_ = std::make_unique<AddressRace>(context_.loop(), *transport_, config_, found.addresses, context_.interest(),
                                            self);
  } catch (const std::runtime_error& error) {
    return lose({Loss::Kind::refusal, error.what()});
  }
  if (shows_traffic_) wire_->show_traffic(true);
}

/// The attempt took too long: why depends on how far it came.
void Server::give_up_attempt() {
  if (state_ == State::resolving)
    return lose(
        {Loss::Kind::connection,
         "its name '" + base::printable(config_.addr, longest_name) + "' does not resolve: no name server answers",
         std::string(remedy_for_names)});
  lose({Loss::Kind::connection, ready_       ? "it does not answer a Ping"
                                : connected_ ? "it says nothing in time, though it accepts the connection"
                                             : "nothing answers at its address"});
}

void Server::came_up() {
  state_ = State::up;
  since_ = context_.loop().now();
  ++counters_.connects;
  log_.up(since_);
  ask_identity();
  context_.listener().on_up(id_);
}

void Server::lose(const Loss& loss) {
  const bool was_up = up();
  const auto now = context_.loop().now();
  const bool was_steady = was_up && now - since_ >= timings().steady;
  state_ = State::waiting;
  next_step_ = now + wait_after(loss, was_steady);
  ping_deadline_.reset();
  log_.lost(loss, was_up, timings(), now);
  note_loss(loss, was_up, now);
  context_.resolver().cancel(std::exchange(look_up_, 0));
  drop_wire();
  if (was_up) since_ = now;
  fail_actions();
  if (was_up) context_.listener().on_down(id_);
}

void Server::note_loss(const Loss& loss, bool was_up, Clock::time_point now) {
  const bool was_never_up = counters_.connects == 0;
  if (was_up || was_never_up || loss.kind == Loss::Kind::refusal) last_loss_ = LastLoss{now, loss.why};
}

std::chrono::milliseconds Server::wait_after(const Loss& loss, bool was_steady) {
  if (was_steady) {
    backoff_.reset();
    login_backoff_.reset();
  }
  switch (loss.kind) {
    case Loss::Kind::own_choice: return std::chrono::milliseconds(0);
    case Loss::Kind::refusal: return login_backoff_.next();
    case Loss::Kind::connection: break;
  }
  return backoff_.next();
}

void Server::drop_wire() {
  if (!wire_) return;
  wire_->close();
  context_.discard(std::exchange(wire_, nullptr));
}

void Server::tick() {
  switch (state_) {
    case State::made:
    case State::stopped: return;
    case State::waiting:
      if (context_.loop().now() >= next_step_) connect();
      return;
    case State::resolving:
    case State::connecting:
      if (context_.time() >= next_step_) give_up_attempt();
      else requests_.expire(context_.time());
      return;
    case State::up: return watch(context_.time());
  }
}

}  // namespace amibroker::link
