// SPDX-License-Identifier: Apache-2.0
#include "core/bus/cluster.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <random>
#include <utility>

#include "core/base/printable.hpp"

namespace amibroker::cluster {
namespace {

constexpr std::size_t longest_text = 500;
constexpr std::size_t most_refusals = 100;
/// For a connection that comes and goes.
constexpr int lines_a_minute = 10;

/// 128 bits that nobody guesses.
std::string make_nonce() {
  std::random_device random;
  std::string nonce;
  for (int i = 0; i < 4; ++i) nonce += fmt::format("{:08x}", static_cast<std::uint32_t>(random()));
  return nonce;
}

std::vector<std::string_view> views(const std::vector<std::string>& texts) { return {texts.begin(), texts.end()}; }

}  // namespace

Cluster::Cluster(base::EventLoop& loop, Settings settings, Limits limits)
    : loop_(loop),
      settings_(std::move(settings)),
      limits_(limits),
      share_(views(settings_.share)),
      accept_(views(settings_.accept)),
      info_{settings_.site, settings_.lost_after, share_, accept_, settings_.hinted},
      subjects_(settings_.fleet, settings_.site, make_nonce()),
      inbox_(
          loop, subjects_, figures_, limits.in,
          {[this](const Incoming& incoming) { take(incoming); }, [this](const Inbox::Lost& lost) { tell_lost(lost); }}),
      client_name_("zmq-ami-broker of site " + settings_.site) {}

Cluster::~Cluster() { stop(); }

std::string Cluster::use(const EngineDescriptor& descriptor) {
  EngineFault fault;
  engine_ = descriptor.create(settings_.access, client_name_.c_str(), inbox_, fault);
  if (engine_ == nullptr) return base::printable(fault.text, longest_text);
  courier_ = std::make_unique<Courier>(*engine_, settings_.urls, inbox_, figures_, limits_.out, limits_.waits);
  static_cast<void>(courier_->subscribe(subjects_.answers()));
  return {};
}

void Cluster::start() {
  if (courier_) courier_->start();
}

void Cluster::stop() noexcept {
  if (courier_) courier_->stop();
  inbox_.close();
}

// --- What plugins want ----------------------------------------------------------------------------------------

void Cluster::add(Member& member) {
  inbox_.add(member.plugin());
  if (courier_) courier_->add(member.plugin());
  members_.push_back(&member);
}

void Cluster::remove(Member& member) noexcept {
  const auto found = std::find(members_.begin(), members_.end(), &member);
  if (found == members_.end()) return;
  if (visiting_ > 0) *found = nullptr;
  else members_.erase(found);
}

bool Cluster::publish(std::string_view plugin, std::string_view topic, std::string_view payload) {
  return courier_ && courier_->send({std::string(plugin), subjects_.say(plugin, topic), {}, std::string(payload)});
}

bool Cluster::answer(std::string_view plugin, std::string_view reply, std::string_view payload) {
  return courier_ && courier_->send({std::string(plugin), std::string(reply), {}, std::string(payload)});
}

std::uint64_t Cluster::ask(std::string_view plugin, std::string_view site, std::string_view topic,
                           std::string_view payload) {
  const std::uint64_t number = ++last_question_;
  const bool sent = courier_ && courier_->send({std::string(plugin), subjects_.ask(site, plugin, topic),
                                                subjects_.answer(plugin, number), std::string(payload)});
  return sent ? number : 0;
}

bool Cluster::subscribe(std::string_view plugin, std::string_view topic) {
  return courier_ && courier_->subscribe(subjects_.heard(plugin, topic));
}

void Cluster::unsubscribe(std::string_view plugin, std::string_view topic) {
  if (courier_) courier_->unsubscribe(subjects_.heard(plugin, topic));
}

bool Cluster::serve(std::string_view plugin, std::string_view topic) {
  return courier_ && courier_->subscribe(subjects_.asked(plugin, topic));
}

// --- What comes -----------------------------------------------------------------------------------------------

/// A member that is called may remove itself, or others.
template <typename Visit>
void Cluster::visit(Visit&& visit) {
  ++visiting_;
  for (std::size_t i = 0, count = members_.size(); i < count; ++i)
    if (members_[i] != nullptr) visit(*members_[i]);
  if (--visiting_ == 0) std::erase(members_, nullptr);
}

void Cluster::take(const Incoming& incoming) {
  switch (incoming.kind) {
    case Incoming::Kind::message:
    case Incoming::Kind::nobody: return deliver(incoming);
    case Incoming::Kind::up: return set_up(true, incoming.text);
    case Incoming::Kind::down: return set_up(false, incoming.text);
    case Incoming::Kind::refused: return say_refused(incoming.text);
    case Incoming::Kind::notice: return say_absent(incoming.text);
  }
}

void Cluster::deliver(const Incoming& incoming) {
  const auto subject = subjects_.read(incoming.subject);
  if (!subject) return;
  visit([&](Member& member) {
    if (member.plugin() != subject->plugin) return;
    if (incoming.kind == Incoming::Kind::nobody) member.unanswered(subject->number);
    else member.arrived({*subject, incoming.reply, incoming.text});
  });
}

void Cluster::tell_lost(const Inbox::Lost& lost) {
  for (const auto& [plugin, count] : lost)
    visit([&, &name = plugin, lost_here = count](Member& member) {
      if (member.plugin() == name) member.lost(lost_here);
    });
}

void Cluster::set_up(bool up, const std::string& text) {
  if (up_ == up) return;
  up_ = up;
  const std::string shown = base::printable(text, longest_text);
  if (up) server_ = shown;
  if (up && allow_line()) spdlog::info("the bus of site {} is connected to {}", settings_.site, shown);
  else if (!up && allow_line())
    spdlog::warn(
        "the bus of site {} has lost its connection to {}: {}. Each site goes on by itself; it is connected again as "
        "soon "
        "as a server of the engine answers",
        settings_.site, server_, shown);
  said_absent_ = false;
  visit([up](Member& member) { member.changed(up); });
}

bool Cluster::allow_line() noexcept {
  if (loop_.now() - minute_begin_ >= std::chrono::minutes(1)) {
    minute_begin_ = loop_.now();
    lines_this_minute_ = 0;
  }
  return ++lines_this_minute_ <= lines_a_minute;
}

/// Once until it is connected.
void Cluster::say_absent(const std::string& text) {
  if (std::exchange(said_absent_, true) || !allow_line()) return;
  spdlog::warn(
      "the bus of site {} is not connected: {}. Each site goes on by itself; it is tried again and again, and its log "
      "says when it is there",
      settings_.site, base::printable(text, longest_text));
}

/// Each text once: what is refused now is refused with each message.
void Cluster::say_refused(const std::string& text) {
  if (said_refused_.size() >= most_refusals || !said_refused_.insert(text).second) return;
  spdlog::error("the bus: the engine refuses something: {}; see what the account of site {} may do (docs/cluster.md)",
                base::printable(text, longest_text), settings_.site);
}

std::string Cluster::summary() const {
  std::uint64_t dropped = 0;
  for (const auto& count : figures_.dropped) dropped += count.load();
  return fmt::format("{}: {} connections, {} messages in, {} out, {} dropped, {} questions without answer",
                     up_ ? "connected to " + server_ : "not connected", figures_.connects.load(),
                     figures_.messages_in.load(), figures_.messages_out.load(), dropped, figures_.unanswered.load());
}

}  // namespace amibroker::cluster
