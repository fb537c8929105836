// SPDX-License-Identifier: Apache-2.0
//
// Two servers, a dispatcher, a loop and the log, for tests of plugins that run.
#pragma once

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <array>
#include <filesystem>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/dispatch/dispatcher.hpp"
#include "core/host/plugin_host.hpp"
#include "core/host/plugin_library.hpp"
#include "tests/unit/base/loop_runner.hpp"
#include "tests/unit/host/plugins/script.hpp"

namespace amibroker::host {

inline const std::filesystem::path test_plugins = AMIBROKER_TEST_PLUGINS;

inline PluginLibrary open_plugin(const std::string& name) {
  return std::get<PluginLibrary>(PluginLibrary::open(test_plugins / (name + ".so")));
}

/// The script of one build of the plugin `scripted`, which the loader knows by a name that only it has.
inline faulty::Script* script_of(const PluginLibrary& scripted) {
  Dl_info found{};
  ::dladdr(&scripted.descriptor(), &found);
  void* const library = ::dlopen(found.dli_fname, RTLD_NOW | RTLD_NOLOAD);
  using GetScript = faulty::Script* (*)();
  return reinterpret_cast<GetScript>(::dlsym(library, faulty::script_symbol))();
}

/// A server that keeps what it is asked, and answers when the test says so.
class FakeServer {
 public:
  explicit FakeServer(ServerId id) : id_(id) {}
  struct Request {
    std::string action;
    std::chrono::milliseconds timeout;
    link::Owner owner;
    Completion done;
  };

  /// Answers the oldest request.
  void answer(dispatch::Dispatcher& dispatcher, const Reply& reply) {
    const Request request = std::move(requests.front());
    requests.erase(requests.begin());
    dispatcher.on_answer(id_, request.owner, request.done, reply);
  }

  bool is_up = true;
  std::vector<Request> requests;

 private:
  ServerId id_;
};

class FakeServers final : public link::ServerAccess {
 public:
  void request(ServerId server, const Action& action, std::chrono::milliseconds timeout, link::Owner owner,
               Completion done) override {
    all.at(server)->requests.push_back({std::string(action.name()), timeout, owner, std::move(done)});
  }
  [[nodiscard]] bool is_up(ServerId server) const noexcept override { return all.at(server)->is_up; }
  void set_interest(const link::Interest&) override {}

  std::vector<FakeServer*> all;
};

class FakeFrame final : public ami::EventFrame {
 public:
  explicit FakeFrame(std::string_view name) : fields_{{{"Event", name}}} {}
  [[nodiscard]] std::string_view name() const noexcept override { return fields_[0].value; }
  [[nodiscard]] const Message* message() override { return &message_; }

 private:
  std::array<Field, 1> fields_;
  Message message_{fields_};
};

class PluginFixture : public ::testing::Test {
 protected:
  PluginFixture() {
    auto logger = std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(log_));
    logger->set_pattern("%l %v");
    logger->set_level(spdlog::level::debug);
    previous_logger_ = spdlog::default_logger();
    spdlog::set_default_logger(logger);
    servers.all = {&first, &second};
    dispatcher.attach(servers);
    plugins.add_server(0, {"office", "Office"});
    plugins.add_server(1, {"branch", "Branch"});
  }
  ~PluginFixture() override { spdlog::set_default_logger(previous_logger_); }

  void event(std::string_view name, ServerId server = 0) {
    FakeFrame frame(name);
    dispatcher.on_event(server, frame);
  }
  /// Those servers that are up say so.
  void bring_up() {
    for (ServerId id = 0; id < servers.all.size(); ++id)
      if (servers.all[id]->is_up) dispatcher.on_up(id);
  }
  [[nodiscard]] std::string log() const { return log_.str(); }

  /// Loads these plugins, which must have no mistakes, and starts them; returns how many run.
  std::size_t start(const std::vector<std::string>& names) {
    std::vector<PluginConfig> configs;
    for (const auto& name : names) configs.push_back({name, true, 1, {}});
    EXPECT_TRUE(plugins.load(PluginFolders({test_plugins}), configs).empty());
    bring_up();
    return plugins.start();
  }
  [[nodiscard]] const PluginLife& life(std::string_view name) const {
    for (const auto& life : plugins.plugins())
      if (life->name() == name) return *life;
    throw std::out_of_range(std::string(name));
  }
  [[nodiscard]] const PluginInstance& plugin(std::string_view name) const { return *life(name).instance(); }

  base::EventLoop loop;
  FakeServer first{0}, second{1};
  FakeServers servers;
  dispatch::Dispatcher dispatcher{std::chrono::milliseconds(1000)};
  PluginHost plugins{loop, dispatcher, std::chrono::milliseconds(700), true};

 private:
  std::ostringstream log_;
  std::shared_ptr<spdlog::logger> previous_logger_;
};

/// The same, with the plugin `scripted` under the test's control. Its host is there once `run` returns.
class ScriptedFixture : public PluginFixture {
 protected:
  ScriptedFixture() {
    script = script_of(open_plugin("scripted"));
    *script = {};
  }
  ~ScriptedFixture() override {
    plugins.stop();
    *script = {};
  }
  Host& run() {
    script->start = [this, then = std::move(script->start)](Host& given) {
      host = &given;
      if (then) then(given);
    };
    EXPECT_EQ(start({"scripted"}), 1U);
    return *host;
  }
  faulty::Script* script;
  Host* host = nullptr;
};

}  // namespace amibroker::host
