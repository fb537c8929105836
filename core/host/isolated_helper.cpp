// SPDX-License-Identifier: Apache-2.0
#include "core/host/isolated_helper.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/dispatch/dispatcher.hpp"
#include "core/host/isolated_channel.hpp"
#include "core/host/isolated_marks.hpp"
#include "core/host/isolated_messages.hpp"
#include "core/host/isolated_output.hpp"
#include "core/host/plugin_instance.hpp"
#include "core/host/plugin_list.hpp"
#include "core/host/plugin_loading.hpp"
#include "core/host/same_asterisk_log.hpp"
#include "core/host/server_table.hpp"

namespace amibroker::host::isolated {
namespace {

using std::chrono::milliseconds;
// A plugin that holds its own process for longer takes its events late.
constexpr milliseconds slow_call{1000};
constexpr milliseconds last_words_limit{300};
/// A library that runs in the daemon may need as much as that before it starts; in MiB.
constexpr std::size_t most_to_load = 4096;

/// What a library may need to be loaded and checked, in MiB.
std::size_t memory_of(PluginConfig plugin) {
  std::vector<base::Problem> ignored;
  const IsolationKeys keys = take_isolation_keys(plugin, ignored);
  return keys.isolate ? keys.memory_limit : most_to_load;
}

/// One event of the daemon, decoded when it is asked for.
class RemoteEvent final : public ami::EventFrame {
 public:
  RemoteEvent(FrameReader& frame, std::vector<Field>& fields) {
    fields.clear();
    frame.fields(fields);
    message_ = Message(fields);
  }
  [[nodiscard]] std::string_view name() const noexcept override { return message_.event(); }
  [[nodiscard]] const Message* message() override { return &message_; }

 private:
  Message message_;
};

/// One plugin, around which the helper is what the daemon would be: the same dispatcher, the same instance. Only the
/// servers are behind the socket.
class Helper final : private link::ServerAccess {
 public:
  Helper() : channel_(loop_, Descriptor(helper_socket), longest_to_helper, calls()) {}
  void run() { loop_.run(); }

 private:
  Channel::Calls calls() {
    return {[this](Kind kind, std::string_view body) { on_frame(kind, body); },
            [](const std::string&) { ::_exit(socket_is_gone); },  // nobody is left to work for
            [] {}};
  }

  // link::ServerAccess
  void request(ServerId server, const Action& action, milliseconds timeout, link::Owner owner,
               Completion done) override {
    send_interest();  // in the order in which the plugin asked
    const std::uint64_t number = done ? ++last_request_ : 0;
    channel_.send(Kind::request,
                  [&](FrameWriter& frame) { RequestFrame::write(frame, number, server, timeout, action); });
    if (done) requests_.emplace(number, Asked{server, owner, std::move(done)});
  }
  [[nodiscard]] bool is_up(ServerId server) const noexcept override { return server < up_.size() && up_[server]; }
  void set_interest(const link::Interest& interest) override {
    interest_ = interest;
    if (std::exchange(is_interest_new_, true)) return;
    loop_.post([this] { send_interest(); });
  }
  void send_interest() {
    if (!std::exchange(is_interest_new_, false)) return;
    channel_.send(Kind::interest, [&](FrameWriter& frame) { write_interest(frame, interest_); });
  }

  void on_frame(Kind kind, std::string_view body) {
    FrameReader frame(body);
    switch (kind) {
      case Kind::check: return check(PluginFrame::read(frame));
      case Kind::describe: return describe_library(frame.text());
      case Kind::begin: return begin(BeginFrame::read(frame));
      case Kind::server_added: return add_server(ServerFrame::read(frame));
      case Kind::server_changed: return change_server(ServerFrame::read(frame));
      case Kind::server_retired: return retire_server(frame.number<ServerId>());
      case Kind::server_up: return set_up(frame.number<ServerId>(), true);
      case Kind::server_down: return set_up(frame.number<ServerId>(), false);
      case Kind::event: return pass_event(frame);
      case Kind::events_lost: {
        const auto server = frame.number<ServerId>();
        return dispatcher_.on_events_lost(server, frame.number<std::uint64_t>());
      }
      case Kind::reply: return pass_reply(frame);
      case Kind::report: send_counters(); return dispatcher_.report();
      case Kind::command: return answer(CommandFrame::read(frame));
      case Kind::ping:
        send_counters();
        return channel_.send(Kind::pong, [&](FrameWriter& pong) { pong.number(frame.number<std::uint64_t>()); });
      case Kind::general: return take_general(GeneralFrame::read(frame));
      case Kind::save: return save();
      case Kind::stop: return stop();
      default: throw BadFrame("an unknown frame");
    }
  }

  void begin(BeginFrame given) {
    log_to_daemon(given.general.log_level);
    dispatcher_.attach(*this);
    for (ServerFrame& server : given.servers) add_server(server);
    std::vector<base::Problem> errors;
    limit_memory(given.memory_limit);
    if (!given.ignores_faults) common_.throws_too_often = [this](PluginInstance& plugin) { throws_too_often(plugin); };
    auto loaded = load_plugins(PluginFolders({given.plugin.folders.begin(), given.plugin.folders.end()}),
                               std::vector{given.plugin.config}, errors);
    if (loaded.empty()) return fail(errors.empty() ? "cannot be loaded" : "cannot be loaded: " + errors.front().text);
    around_.emplace(Surroundings{loop_, dispatcher_, servers_, same_asterisk_, given.general.request_timeout,
                                 given.general.verbose, given.state_folder});
    auto& plugin = loaded.front();
    instance_.emplace(CallMark::watch(plugin.library, helper_mark),
                      std::make_shared<const OptionValues>(std::move(plugin.options)), *around_, common_,
                      std::move(given.saved));
    if (!instance_->start()) return fail({});  // which the instance has logged
    send_interest();                           // so that it is heard of as one that runs after all that it wants
    channel_.send(Kind::started, [&](FrameWriter& frame) {
      frame.text(plugin.library.descriptor().version).text(plugin.library.file().string());
    });
  }
  void fail(const std::string& why) {
    channel_.send(Kind::failed, [&](FrameWriter& frame) { frame.text(why); });
    loop_.post([this] { end(EXIT_SUCCESS); });
  }
  void throws_too_often(PluginInstance& plugin) {
    plugin.mute();  // it is inside a call, and is stopped after that
    loop_.post([this] {
      const auto all = instance_->all_statistics();
      channel_.send(Kind::threw, [&](FrameWriter& frame) {
        frame.text("threw " + std::to_string(all.faults) + " times in " + std::to_string(all.calls) +
                   " calls: " + instance_->faults());
      });
      stop();
    });
  }
  void take_general(const GeneralFrame& general) {
    spdlog::set_level(static_cast<spdlog::level::level_enum>(general.log_level));
    if (!around_) return;
    around_->request_timeout = general.request_timeout;
    around_->verbose = general.verbose;
  }
  void save() {
    const std::string saved = instance_ ? instance_->save() : std::string();
    channel_.send(Kind::saved, [&](FrameWriter& frame) { frame.text(saved); });
  }
  void stop() {
    if (instance_) instance_->stop();
    send_counters();
    end(EXIT_SUCCESS);
  }
  /// Without the destructors of static objects: threads that a plugin forgot may still use them.
  [[noreturn]] void end(int code) {
    channel_.send_all(last_words_limit);
    std::fflush(nullptr);
    ::_exit(code);
  }

  void add_server(const ServerFrame& server) {
    servers_.add(server.label);
    identify(server);
    up_.resize(std::max<std::size_t>(up_.size(), server.id + std::size_t{1}));
    dispatcher_.add_server(server.id, server.label.name);
    if (server.retired) return retire_server(server.id);
    servers_.forget_old();
    if (server.up) set_up(server.id, true);
  }
  void change_server(const ServerFrame& server) {
    servers_.change(server.id, server.label);
    identify(server);
    dispatcher_.change_server(server.id, server.label.name);
    servers_.forget_old();
  }
  void identify(const ServerFrame& server) {
    static_cast<void>(servers_.identify(server.id, {server.asterisk_version, server.system_name}));
    static_cast<void>(servers_.hold(server.id, server.held));
  }
  void retire_server(ServerId server) {
    up_.at(server) = false;
    servers_.retire(server);
    dispatcher_.retire_server(server);
    servers_.forget_old();
  }
  void set_up(ServerId server, bool up) {
    up_.at(server) = up;
    if (up) dispatcher_.on_up(server);
    else dispatcher_.on_down(server);
  }
  void pass_event(FrameReader& frame) {
    const auto server = frame.number<ServerId>();
    RemoteEvent event(frame, fields_);
    dispatcher_.on_event(server, event);
  }
  void pass_reply(FrameReader& frame) {
    const ReplyFrame reply(frame);
    const auto asked = requests_.extract(reply.request);
    if (asked.empty()) throw BadFrame("an answer to no request");
    const Asked& request = asked.mapped();
    dispatcher_.on_answer(request.server, request.owner, request.done, reply.reply);
  }
  void answer(const CommandFrame& command) {
    const PluginAnswer said = instance_ ? instance_->ask(command.name, command.arguments)
                                        : PluginAnswer{PluginAnswer::Kind::failure, "the plugin has not started yet"};
    channel_.send(Kind::answer, [&](FrameWriter& frame) { write_answer(frame, command.number, said); });
  }
  void send_counters() {
    if (!instance_) return;
    warn_of_held_back(instance_->name(), common_.lines);
    channel_.send(Kind::counters, [&](FrameWriter& frame) { write_counters(frame, common_.counters); });
  }

  void check(const PluginFrame& plugin) {
    limit_memory(memory_of(plugin.config));
    PluginCheck result =
        check_plugins(PluginFolders({plugin.folders.begin(), plugin.folders.end()}), std::vector{plugin.config});
    CheckedFrame checked{std::move(result.errors), std::move(result.examples), {}};
    if (!result.options.empty()) checked.options = result.options.begin()->second.texts();
    channel_.send(Kind::checked, [&](FrameWriter& frame) { checked.write(frame); });
    end(EXIT_SUCCESS);
  }
  void describe_library(std::string_view file) {
    limit_memory(most_to_load);
    const std::string text = describe({std::filesystem::path(file), PluginLibrary::open(file)});
    channel_.send(Kind::described, [&](FrameWriter& frame) { frame.text(text); });
    end(EXIT_SUCCESS);
  }

  struct Asked {
    ServerId server;
    link::Owner owner;
    Completion done;
  };

  base::EventLoop loop_;
  dispatch::Dispatcher dispatcher_{slow_call, false};  // what the daemon refuses, it has named
  ServerTable servers_;
  SameAsteriskLog same_asterisk_{servers_};
  std::vector<bool> up_;
  link::Interest interest_;
  bool is_interest_new_ = false;
  std::map<std::uint64_t, Asked> requests_;
  std::uint64_t last_request_ = 0;
  std::vector<Field> fields_;
  PluginCommon common_{.counters = {}, .lines = {}, .gate = {}, .throws_too_often = [](PluginInstance&) {}};
  Channel channel_;
  std::optional<Surroundings> around_;  // the instance refers to it
  std::optional<PluginInstance> instance_;
};

}  // namespace

int run_helper() {
  if (!become_helper()) return EXIT_FAILURE;
  std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
  log_to_daemon(spdlog::level::info);
  try {
    Helper().run();
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    spdlog::error("its helper process cannot go on: {}", error.what());
    return EXIT_FAILURE;
  }
}

}  // namespace amibroker::host::isolated
