// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/write_log.hpp"

#include <utility>

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

std::string server_label(const Host& host, ServerId server) {
  const ServerInfo& info = host.servers()[server];
  return line(info.name, " (", info.section, ")");
}

WriteLog::WriteLog(Host& host, std::string_view module)
    : host_(host),
      module_(module),
      servers_(host.servers().size()),
      writes_(host.counter("writes")),
      written_(host.counter("written")),
      write_errors_(host.counter("write_errors")),
      not_sent_(host.counter("not_sent")),
      unknown_outcomes_(host.counter("unknown_outcomes")) {}

void WriteLog::show(ServerId target, std::string_view name, std::string_view value) {
  host_.log(Level::info, line(server_label(host_, target), ": ", name, " = ", value));
}

void WriteLog::failed(ServerId target, std::string_view name, std::string_view value, const Reply& reply) {
  const std::string what = line(server_label(host_, target), ": ", name, " = ", value);
  const std::string_view text = reply.text.substr(0, 200);
  switch (reply.outcome) {
    case Outcome::success: return;
    case Outcome::error: return refused_there(target, name, what, text);
    case Outcome::refused: return refused_here(name, what, text);
    case Outcome::not_sent:
      count(not_sent_);
      return host_.log(Level::debug, line(what, " could not be sent yet: ", text, ". It is tried again by itself"));
    case Outcome::unknown: return not_answered(target, what, text);
  }
}

void WriteLog::refused_there(ServerId target, std::string_view name, const std::string& what, std::string_view text) {
  count(write_errors_);
  Server& server = servers_[target];
  // While it takes nothing at all, the name is not the reason.
  const auto answer = server.takes_nothing ? WarnedNames::Answer::silent : server.refused.ask(name);
  const bool silenced = answer == WarnedNames::Answer::silent;
  if (!silenced) server.takes_nothing = true;
  host_.log(silenced ? Level::debug : Level::warning,
            line(what, " was refused by Asterisk (", text,
                 "). It is tried again with the next snapshot or change. Check there that ", module_,
                 " is loaded and that the AMI user may write `call`",
                 answer == WarnedNames::Answer::warn_last ? "; further names that it refuses are only counted" : ""));
}

void WriteLog::refused_here(std::string_view name, const std::string& what, std::string_view text) {
  count(write_errors_);
  const auto answer = unsendable_.ask(name);
  host_.log(answer == WarnedNames::Answer::silent ? Level::debug : Level::warning,
            line(what, " was not sent: ", text,
                 ". The same goes for all servers that are reached alike. A name that is not UTF-8 can be written with "
                 "`transport = ami` only; else rename it. It is not tried again before the state changes",
                 answer == WarnedNames::Answer::warn_last ? "; further such names are only counted" : ""));
}

void WriteLog::not_answered(ServerId target, const std::string& what, std::string_view text) {
  count(unknown_outcomes_);
  Server& server = servers_[target];
  const TimePoint now = host_.now();
  const bool silent = server.takes_nothing || (server.said_slow && now - *server.said_slow < silence);
  if (!silent) server.said_slow = now;
  server.takes_nothing = true;
  host_.log(silent ? Level::debug : Level::warning,
            line(what, ": no answer (", text,
                 "). It is written again by itself; if this goes on, that server is overloaded or the network to "
                 "it loses what it is sent. This is said once an hour"));
}

void WriteLog::took(ServerId target, std::chrono::milliseconds time) {
  if (time < slow) return;
  auto& said = servers_[target].said_took;
  if (said && host_.now() - *said < silence) return;
  said = host_.now();
  host_.log(Level::warning,
            line(server_label(host_, target), ": it took ", std::to_string(time.count()),
                 " ms to answer a write, so its lamps are as late. Each write waits for its answer, up to 30 s, before "
                 "it is written again. Look at the load of that server, and at the network to it"));
}

}  // namespace amibroker::replication
