// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/distributor.hpp"

#include <algorithm>
#include <chrono>

namespace amibroker::replication {
namespace {

/// Pieces of a log line in one text.
template <typename... Pieces>
std::string line(const Pieces&... pieces) {
  std::string text;
  (text.append(pieces), ...);
  return text;
}

}  // namespace

Distributor::Distributor(Host& host, const Medium& medium, std::size_t max_names)
    : host_(host),
      module_(medium.module),
      limit_option_(medium.limit),
      keys_(medium.function, medium.provider, max_names),
      replicator_(host.servers().size(), *this),
      complained_(host.servers().size(), false),
      writes_(host.counter("writes")),
      written_(host.counter("written")),
      write_errors_(host.counter("write_errors")),
      not_sent_(host.counter("not_sent")),
      unknown_outcomes_(host.counter("unknown_outcomes")),
      echoes_(host.counter("echoes")),
      repeats_(host.counter("repeats")),
      refused_names_(host.counter("refused_names")),
      over_limit_(host.counter("over_limit")) {}

Distributor::~Distributor() {
  if (timer_ != 0) host_.cancel(timer_);
}

ValueId Distributor::value(std::string_view text) {
  if (values_.sweep_is_due()) {
    values_.sweep([this](auto&& visit) { replicator_.each_value(visit); });
    action_key_ = no_key;  // its value's number may now mean another text
  }
  return values_.intern(text);
}

void Distributor::changed_at_origin(ServerId origin, std::string_view name, ValueId value) {
  const std::optional<KeyId> key = key_of(origin, name, Sharing::one_way);
  if (!key) return;
  replicator_.changed_at_origin(origin, *key, value, host_.now());
  set_timer();
}

void Distributor::changed_on(ServerId server, std::string_view name, ValueId value) {
  const std::optional<KeyId> key = key_of(server, name, Sharing::symmetric);
  if (!key) return;
  const News news = replicator_.changed_on(server, *key, value, host_.now());
  if (news == News::echo) count(echoes_);
  if (news == News::repeat) count(repeats_);
  set_timer();
}

void Distributor::server_up(ServerId server) {
  complained_[server] = false;
  replicator_.server_up(server, host_.now());
  set_timer();
}

void Distributor::server_down(ServerId server) { replicator_.server_down(server); }

std::string Distributor::server_label(ServerId server) const {
  const ServerInfo& info = host_.servers()[server];
  return line(info.name, " (", info.section, ")");
}

void Distributor::write(ServerId target, KeyId key, ValueId value) noexcept {
  if (key != action_key_ || value != action_value_) {
    action_.reset("Setvar").add("Variable", keys_.variable(key)).add("Value", values_.text(value));
    action_key_ = key;
    action_value_ = value;
  }
  count(writes_);
  if (host_.verbose())
    host_.log(Level::info, line(server_label(target), ": ", keys_.shown_name(key), " = ", values_.text(value)));
  const std::uint64_t where = std::uint64_t{target} << 32 | key;  // one word, so that the completion needs no memory
  host_.request(target, action_, std::chrono::milliseconds::zero(), [this, where](const Reply& reply) {
    answered(static_cast<ServerId>(where >> 32), static_cast<KeyId>(where), reply);
  });
}

void Distributor::answered(ServerId target, KeyId key, const Reply& reply) {
  if (reply.ok()) {
    count(written_);
    complained_[target] = false;
  } else {
    report(target, key, replicator_.cell(target, key).in_flight, reply);
  }
  replicator_.completed(target, key, reply.outcome, host_.now());
  set_timer();
}

void Distributor::report(ServerId target, KeyId key, ValueId value, const Reply& reply) {
  const bool retried_unsent = reply.outcome == Outcome::not_sent;
  // A server that fails, fails many times a second: one warning until it takes something again.
  const Level level = retried_unsent || complained_[target] ? Level::debug : Level::warning;
  complained_[target] = complained_[target] || !retried_unsent;
  const std::string what = line(server_label(target), ": ", keys_.shown_name(key), " = ", values_.text(value));
  const std::string_view text = reply.text.substr(0, 200);
  switch (reply.outcome) {
    case Outcome::success:
      return;
    case Outcome::error:
      count(write_errors_);
      return host_.log(level, line(what, " was refused by Asterisk (", text,
                                   "). It is not tried again before the state changes. Check there that ", module_,
                                   " is loaded and that the AMI user may write `call`"));
    case Outcome::refused:
      count(write_errors_);
      return host_.log(level, line(what, " was not sent: ", text, ". It is not tried again before the state changes"));
    case Outcome::not_sent:
      count(not_sent_);
      return host_.log(level, line(what, " could not be sent yet: ", text, ". It is tried again by itself"));
    case Outcome::unknown:
      count(unknown_outcomes_);
      return host_.log(level, line(what, ": no answer (", text, "). It is written again by itself; if this goes on, that "
                                   "server is overloaded or `request_timeout` is too short for it"));
  }
}

std::optional<KeyId> Distributor::key_of(ServerId server, std::string_view name, Sharing sharing) {
  if (const std::optional<KeyId> known = keys_.find(name)) return known;
  if (const std::string_view reason = why_unwritable(name, keys_.provider_size()); !reason.empty()) {
    refuse(server, name, reason);
    return std::nullopt;
  }
  if (keys_.full()) {
    refuse_over_limit(server, name);
    return std::nullopt;
  }
  replicator_.add_key(sharing);
  return keys_.add(name);
}

void Distributor::refuse(ServerId server, std::string_view name, std::string_view reason) {
  count(refused_names_);
  const WarnedNames::Answer answer = warned_.ask(name);
  if (answer == WarnedNames::Answer::silent) return;
  host_.log(Level::warning, line(server_label(server), ": the state of \"", for_log(name),
                                 "\" is not distributed, because of its name: ", reason, ". Rename it there",
                                 answer == WarnedNames::Answer::warn_last ? "; further such names are only counted" : ""));
}

void Distributor::refuse_over_limit(ServerId server, std::string_view name) {
  count(over_limit_);
  if (limit_was_reached_) return;
  limit_was_reached_ = true;
  host_.log(Level::warning, line(server_label(server), ": \"", for_log(name), "\" and other new names are not distributed: ",
                                 std::to_string(keys_.capacity()), " names are known already. Raise `", limit_option_,
                                 "`, or find out which server makes up so many names"));
}

void Distributor::set_timer() {
  const std::optional<TimePoint> due = replicator_.next_due();
  if (!due || (timer_ != 0 && timer_due_ <= *due)) return;
  if (timer_ != 0) host_.cancel(timer_);
  const auto delay = std::chrono::ceil<std::chrono::milliseconds>(*due - host_.now());
  timer_due_ = *due;
  timer_ = host_.after(std::max(delay, std::chrono::milliseconds::zero()), [this] {
    timer_ = 0;
    replicator_.tick(host_.now());
    set_timer();
  });
}

}  // namespace amibroker::replication
