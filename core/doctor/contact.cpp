// SPDX-License-Identifier: Apache-2.0
#include "core/doctor/contact.hpp"

#include <algorithm>

#include "core/link/address_race.hpp"

namespace amibroker::doctor {
namespace {

constexpr std::size_t longest_greeting = 80;

/// The wire shows what goes to and fro only if it is traced, and that is how far it has come.
link::ServerConfig traced(link::ServerConfig config) {
  config.trace = true;
  return config;
}

}  // namespace

Contact::Contact(base::EventLoop& loop, link::Resolver& resolver, link::Transport& transport, link::ServerConfig config,
                 const Limits& limits, Callbacks callbacks)
    : loop_(loop),
      resolver_(resolver),
      transport_(transport),
      config_(traced(std::move(config))),
      limits_(limits),
      callbacks_(std::move(callbacks)) {
  wait_for(limits_.name);
  ticket_ = resolver_.resolve(config_.addr, [this](const link::Resolver::Found& found) { connect_to(found); });
}

Contact::~Contact() { close(); }

void Contact::connect_to(const link::Resolver::Found& found) {
  ticket_ = 0;
  if (over_) return;
  addresses_ = found.addresses;
  resolve_error_ = found.error;
  if (addresses_.empty()) return end(std::nullopt);
  reach(Stage::connecting);
  wire_ = std::make_unique<link::AddressRace>(loop_, transport_, config_, addresses_, link::Interest{.all = true},
                                              static_cast<link::WireListener&>(*this));
}

void Contact::reach(Stage stage) {
  if (over_ || stage <= stage_) return;
  stage_ = stage;
  switch (stage) {
    case Stage::resolving: break;
    case Stage::connecting: wait_for(limits_.connect); break;
    case Stage::connected: wait_for(limits_.greeting); break;
    case Stage::greeted: wait_for(limits_.login); break;
    case Stage::ready: loop_.cancel(std::exchange(timer_, 0)); break;
  }
  callbacks_.changed();
}

void Contact::wait_for(Limits::Time limit) {
  loop_.cancel(timer_);
  timer_ = loop_.after(limit, [this] {
    timer_ = 0;
    end(std::nullopt);
  });
}

void Contact::end(std::optional<link::Loss> loss) {
  if (over_) return;
  loss_ = std::move(loss);
  close();
  callbacks_.changed();
}

void Contact::close() noexcept {
  over_ = true;
  loop_.cancel(std::exchange(timer_, 0));
  loop_.cancel(std::exchange(flush_, 0));
  resolver_.cancel(std::exchange(ticket_, 0));
  if (wire_) wire_->close();
}

void Contact::ask(const Action& action, Heard heard) {
  if (over_ || stage_ != Stage::ready) return;
  const std::uint64_t id = ++last_id_;
  const link::EncodedPtr encoded = transport_.encode(action, id);
  asked_.emplace_back(id, std::move(heard));
  if (wire_->send(*encoded)) wire_->flush();
}

void Contact::on_event(ami::EventFrame& frame) {
  const auto& wanted = callbacks_.wanted;
  if (over_ || std::find(wanted.begin(), wanted.end(), frame.name()) == wanted.end()) return;
  if (const Message* const message = frame.message()) callbacks_.on_event(*message);
}

void Contact::on_answer(std::optional<std::uint64_t> id, std::span<const Message> messages) {
  if (over_ || (!id && !transport_.traits().answers_without_id)) return;
  const auto found =
      std::find_if(asked_.begin(), asked_.end(), [&](const auto& asked) { return !id || asked.first == *id; });
  if (found == asked_.end()) return;
  const Heard heard = std::move(found->second);
  asked_.erase(found);
  heard(messages);
}

void Contact::on_flush_wanted() {
  if (over_ || flush_ != 0) return;
  flush_ = loop_.after(Limits::Time::zero(), [this] {
    flush_ = 0;
    if (!over_) wire_->flush();
  });
}

void Contact::on_traffic(std::string_view direction, std::string_view text) {
  if (direction != "<-" || stage_ >= Stage::greeted) return;
  greeting_ = text.substr(0, longest_greeting);
  reach(Stage::greeted);
}

}  // namespace amibroker::doctor
