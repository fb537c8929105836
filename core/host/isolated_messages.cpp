// SPDX-License-Identifier: Apache-2.0
#include "core/host/isolated_messages.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace amibroker::host::isolated {
namespace {

constexpr std::size_t longest_name = 200;
constexpr std::size_t longest_saved = std::size_t{64} << 20;
constexpr std::size_t longest_usual = std::size_t{1} << 20;
/// All that a configuration may hold of one plugin, and what is said of it.
constexpr std::size_t longest_checked = std::size_t{8} << 20;
/// The daemon bounds what it sends by what waits; this only finds a stream that went out of step.
constexpr std::size_t longest_of_daemon = std::size_t{1} << 30;

}  // namespace

void ServerFrame::write(FrameWriter& frame, const ServerInfo& server, bool up) {
  frame.number(server.id).text(server.section).text(server.name).text(server.transport);
  frame.texts(server.zones).texts(server.include).texts(server.exclude);
  frame.text(server.asterisk_version).text(server.system_name).number(server.retired);
  frame.number(server.held).number(up);
}

ServerFrame ServerFrame::read(FrameReader& frame) {
  ServerFrame server;
  server.id = frame.number<ServerId>();
  server.label.section = frame.text();
  server.label.name = frame.text();
  server.label.transport = frame.text();
  server.label.zones = frame.texts();
  server.label.include = frame.texts();
  server.label.exclude = frame.texts();
  server.asterisk_version = frame.text();
  server.system_name = frame.text();
  server.retired = frame.boolean();
  server.held = frame.boolean();
  server.up = frame.boolean();
  return server;
}

void PluginFrame::write(FrameWriter& frame) const {
  frame.texts(folders).text(config.name).number(config.line);
  frame.list(config.settings,
             [&](const base::Setting& setting) { frame.text(setting.key).text(setting.value).number(setting.line); });
  const OptionContext none;
  const OptionContext& context = config.context == nullptr ? none : *config.context;
  frame.texts(context.servers).text(context.folder);
}

PluginFrame PluginFrame::read(FrameReader& frame) {
  PluginFrame plugin;
  plugin.folders = frame.texts();
  plugin.config.enabled = true;
  plugin.config.name = frame.text();
  plugin.config.line = frame.number<int>();
  for (std::size_t left = frame.count(2 * sizeof(std::uint32_t) + sizeof(int)); left > 0; --left) {
    const auto key = frame.text();
    const auto value = frame.text();
    plugin.config.settings.push_back({std::string(key), std::string(value), frame.number<int>()});
  }
  OptionContext context;
  context.servers = frame.texts();
  context.folder = frame.text();
  plugin.config.context = std::make_shared<const OptionContext>(std::move(context));
  return plugin;
}

void GeneralFrame::write(FrameWriter& frame) const {
  frame.number(request_timeout.count()).number(verbose).number(log_level);
}

GeneralFrame GeneralFrame::read(FrameReader& frame) {
  GeneralFrame general;
  general.request_timeout = std::chrono::milliseconds(frame.number<std::chrono::milliseconds::rep>());
  general.verbose = frame.boolean();
  general.log_level = frame.number<int>();
  return general;
}

void BeginFrame::write(FrameWriter& frame, std::span<const ServerInfo> infos, const std::vector<bool>& up) const {
  plugin.write(frame);
  general.write(frame);
  frame.number(memory_limit).number(ignores_faults);
  frame.text(state_folder).text(saved);
  frame.list(infos, [&](const ServerInfo& server) { ServerFrame::write(frame, server, up.at(server.id)); });
}

BeginFrame BeginFrame::read(FrameReader& frame) {
  BeginFrame begin;
  begin.plugin = PluginFrame::read(frame);
  begin.general = GeneralFrame::read(frame);
  begin.memory_limit = frame.number<std::size_t>();
  begin.ignores_faults = frame.boolean();
  begin.state_folder = frame.text();
  begin.saved = frame.text();
  for (std::size_t left = frame.count(1); left > 0; --left) begin.servers.push_back(ServerFrame::read(frame));
  return begin;
}

void CheckedFrame::write(FrameWriter& frame) const {
  frame.list(errors, [&](const base::Problem& error) { frame.number(error.line).text(error.text); });
  frame.texts(examples);
  frame.list(options, [&](const OptionText& option) { frame.text(option.key).number(option.type).text(option.text); });
}

CheckedFrame CheckedFrame::read(FrameReader& frame) {
  CheckedFrame checked;
  for (std::size_t left = frame.count(sizeof(int) + sizeof(std::uint32_t)); left > 0; --left) {
    const int line = frame.number<int>();
    checked.errors.push_back({line, std::string(frame.text())});
  }
  checked.examples = frame.texts();
  for (std::size_t left = frame.count(2 * sizeof(std::uint32_t) + 1); left > 0; --left) {
    const auto key = frame.text();
    const auto type = frame.number<std::uint8_t>();
    if (type > static_cast<std::uint8_t>(OptionType::secret)) throw BadFrame("an option of no type");
    checked.options.push_back({std::string(key), static_cast<OptionType>(type), std::string(frame.text())});
  }
  return checked;
}

void write_reply(FrameWriter& frame, std::uint64_t request, const Reply& reply) {
  frame.number(request).number(reply.outcome).text(reply.text);
  frame.list(reply.messages, [&](const Message& message) { frame.message(message); });
}

ReplyFrame::ReplyFrame(FrameReader& frame) : request(frame.number<std::uint64_t>()) {
  reply.outcome = static_cast<Outcome>(frame.number<std::uint8_t>());
  reply.text = frame.text();
  std::vector<std::size_t> ends(frame.count(sizeof(std::uint32_t)));
  for (auto& end : ends) {
    frame.fields(fields_);
    end = fields_.size();
  }
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    messages_.emplace_back(std::span<const Field>(fields_).subspan(begin, end - begin));
    begin = end;
  }
  reply.messages = messages_;
}

void RequestFrame::write(FrameWriter& frame, std::uint64_t number, ServerId server, std::chrono::milliseconds timeout,
                         const Action& action) {
  frame.number(number).number(server).number(timeout.count()).action(action);
}

RequestFrame RequestFrame::read(FrameReader& frame) {
  RequestFrame request;
  request.number = frame.number<std::uint64_t>();
  request.server = frame.number<ServerId>();
  request.timeout = std::chrono::milliseconds(frame.number<std::chrono::milliseconds::rep>());
  request.action = frame.action();
  return request;
}

void CommandFrame::write(FrameWriter& frame) const { frame.number(number).text(name).message(Message(arguments)); }

CommandFrame CommandFrame::read(FrameReader& frame) {
  CommandFrame command;
  command.number = frame.number<std::uint64_t>();
  command.name = frame.text();
  frame.fields(command.arguments);
  return command;
}

void write_answer(FrameWriter& frame, std::uint64_t number, const PluginAnswer& answer) {
  frame.number(number).number(answer.kind).text(answer.text);
}

std::pair<std::uint64_t, PluginAnswer> read_answer(FrameReader& frame) {
  const auto number = frame.number<std::uint64_t>();
  const auto kind = frame.number<std::uint8_t>();
  if (kind > static_cast<std::uint8_t>(PluginAnswer::Kind::failure)) throw BadFrame("an answer of an unknown kind");
  return {number, {static_cast<PluginAnswer::Kind>(kind), std::string(frame.text(longest_answer))}};
}

void write_interest(FrameWriter& frame, const link::Interest& interest) {
  const bool all = interest.all || interest.names.size() > most_interests;
  frame.number(all).texts(all ? std::vector<std::string>() : interest.names);
}

link::Interest read_interest(FrameReader& frame) {
  link::Interest interest;
  interest.all = frame.boolean();
  interest.names = frame.texts(most_interests, longest_name);
  return interest;
}

void write_counters(FrameWriter& frame, const PluginCounters& counters) {
  frame.list(counters.values(), [&](const auto& counter) { frame.text(counter.first).number(counter.second); });
}

void read_counters(FrameReader& frame, PluginCounters& counters,
                   std::span<const std::pair<std::string, std::uint64_t>> base) {
  const std::size_t least = sizeof(std::uint32_t) + sizeof(std::uint64_t);
  for (std::size_t left = frame.count(least, PluginCounters::most_counters); left > 0; --left) {
    const auto name = frame.text(PluginCounters::longest_name);
    const auto before =
        std::lower_bound(base.begin(), base.end(), name,
                         [](const auto& counter, std::string_view text) { return counter.first < text; });
    const std::uint64_t old = before != base.end() && before->first == name ? before->second : 0;
    counters.get(name).store(old + frame.number<std::uint64_t>(), std::memory_order_relaxed);
  }
}

std::size_t longest_to_daemon(Kind kind) {
  if (kind == Kind::saved) return longest_saved + 64;
  if (kind == Kind::answer) return longest_answer + 64;
  return kind == Kind::checked ? longest_checked : longest_usual;
}

std::size_t longest_to_helper(Kind) { return longest_of_daemon; }

}  // namespace amibroker::host::isolated
