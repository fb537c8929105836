// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/write_log.hpp"

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
      shows_(host.verbose()),
      complained_(host.servers().size(), false),
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
  const bool retried_unsent = reply.outcome == Outcome::not_sent;
  // A server that fails, fails many times a second: one warning until it takes something again.
  const Level level = retried_unsent || complained_[target] ? Level::debug : Level::warning;
  complained_[target] = complained_[target] || !retried_unsent;
  const std::string_view text = reply.text.substr(0, 200);
  switch (reply.outcome) {
    case Outcome::success: return;
    case Outcome::error:
      count(write_errors_);
      return host_.log(level, line(what, " was refused by Asterisk (", text,
                                   "). It is tried again with the next snapshot or change. Check there that ", module_,
                                   " is loaded and that the AMI user may write `call`"));
    case Outcome::refused:
      count(write_errors_);
      return host_.log(level, line(what, " was not sent: ", text, ". It is not tried again before the state changes"));
    case Outcome::not_sent:
      count(not_sent_);
      return host_.log(level, line(what, " could not be sent yet: ", text, ". It is tried again by itself"));
    case Outcome::unknown:
      count(unknown_outcomes_);
      return host_.log(level, line(what, ": no answer (", text,
                                   "). It is written again by itself; if this goes on, "
                                   "that server is overloaded or `request_timeout` is too short for it"));
  }
}

}  // namespace amibroker::replication
