// SPDX-License-Identifier: Apache-2.0
#include "plugins/bus/bus.hpp"

#include <random>
#include <utility>

#include "amibroker/json.hpp"
#include "plugins/bus/reply_text.hpp"
#include "plugins/bus/topic.hpp"

namespace amibroker::bus {
namespace {

/// Another text for each start, so that readers know numbers that begin anew.
std::string new_run() {
  constexpr char digits[] = "0123456789abcdef";
  std::random_device random;
  std::string run;
  for (int i = 0; i < 16; ++i) run += digits[random() & 15U];
  return run;
}

}  // namespace

void Bus::start(Host& host) {
  host_ = &host;
  complaints_.emplace(host);
  dropped_ = &host.counter("dropped");
  bad_events_ = &host.counter("bad events");
  actions_ = &host.counter("actions");
  outbox_ = std::make_shared<Outbox>();
  worker_.emplace(
      host, *outbox_, Settings::read(host.options()), new_run(),
      Worker::Calls{[this](const auto& wanted) { follow(wanted); },
                    [this](auto envelope, const auto& request) { carry_out(std::move(envelope), request); }});
}

void Bus::stop() { worker_.reset(); }

void Bus::follow(const std::shared_ptr<const Wanted>& wanted) {
  const auto before = std::exchange(wanted_, wanted);
  streams_.set_wanted(wanted);
  if (wanted->all && !before->all) host_->subscribe_all();
  for (const std::string& name : wanted->names)
    if (!before->names.contains(name)) host_->subscribe(name);
  for (const std::string& name : before->names)
    if (!wanted->names.contains(name)) host_->unsubscribe(name);
  if (!wanted->all && before->all) host_->unsubscribe("");
  if (wanted->asked_for_servers == before->asked_for_servers) return;
  for (const ServerInfo& server : host_->servers())
    if (!server.retired) tell_server(server.id);
}

void Bus::tell_server(ServerId server) {
  const ServerInfo& info = host_->servers()[server];
  Stream* const stream = streams_.wanted_about(server, server_prefix, info.section);
  if (stream == nullptr) return;
  json_ = "{\"name\":";
  if (!append_json(json_, info.name)) json_ += "\"\"";
  json_ += info.retired ? ",\"state\":\"gone\"}" : host_->is_up(server) ? ",\"state\":\"up\"}" : ",\"state\":\"down\"}";
  publish(*stream, json_);
}

void Bus::on_server_retired(ServerId server) {
  tell_server(server);
  streams_.forget(server);
}

void Bus::on_events_lost(ServerId server, std::uint64_t count) {
  Stream* const stream = streams_.wanted_about(server, lost_prefix, host_->servers()[server].section);
  if (stream != nullptr) publish(*stream, "{\"count\":" + std::to_string(count) + "}");
}

void Bus::on_event(ServerId server, const Message& message) {
  const std::string_view name = message.event();
  const auto servers = host_->servers();
  if (server >= servers.size()) return;
  if (!is_event_name(name)) {
    ++*bad_events_;
    return complaints_->add(Complaints::Kind::event, std::string(servers[server].name) +
                                                         " sent an event whose name is not made of letters, digits, _ "
                                                         "and -; it is not published");
  }
  Stream* const stream = streams_.wanted(server, servers[server].section, name);
  if (stream == nullptr) {
    if (streams_.is_full(server))
      complaints_->add(Complaints::Kind::event, std::string(servers[server].name) + " has sent events of " +
                                                    std::to_string(Streams::most_names) +
                                                    " names; those of further names are not published");
    return;
  }
  json_.clear();
  if (append_json(json_, message)) return publish(*stream, json_);
  ++stream->number;  // so that readers see that there was one
  ++*bad_events_;
  complaints_->add(Complaints::Kind::event, std::string(servers[server].name) + " sent an event of more than " +
                                                std::to_string(longest_json) + " bytes, which is not published");
}

void Bus::publish(Stream& stream, std::string_view json) {
  if (outbox_->publish(stream.topic, ++stream.number, json)) return;
  ++*dropped_;
  complaints_->add(Complaints::Kind::full,
                   "events come faster than they can be sent, and some are dropped; readers see it by their numbers. "
                   "Let readers subscribe to the events that they need");
}

std::optional<ServerId> Bus::server_of(std::string_view section) const noexcept {
  for (const ServerInfo& server : host_->servers())
    if (!server.retired && server.section == section) return server.id;
  return std::nullopt;
}

void Bus::carry_out(std::vector<std::string> envelope, const Request& request) {
  const auto server = server_of(request.server);
  if (!server)
    return outbox_->answer({std::move(envelope), refusal_text(request.server, request.action_id, Outcome::refused,
                                                              "no server has a section of this name")});
  ++*actions_;
  host_->request(*server, request.action, {},
                 [outbox = outbox_, envelope = std::move(envelope), section = request.server,
                  id = request.action_id](const Reply& reply) {
                   outbox->answer({envelope, reply_text(section, id, reply)});
                 });
}

}  // namespace amibroker::bus
