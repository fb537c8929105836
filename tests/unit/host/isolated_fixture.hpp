// SPDX-License-Identifier: Apache-2.0
//
// A plugin that events steer and whose actions tell what it sees (see puppet.cpp), in the daemon's process or in one of
// its own.
#pragma once

#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "core/host/isolated_instance.hpp"
#include "core/host/plugin_host.hpp"
#include "tests/unit/base/loop_runner.hpp"

namespace amibroker::host {

/// Keeps what is asked; a test answers it.
class AskedServers final : public link::ServerAccess {
 public:
  struct Request {
    ServerId server;
    Action action;
    std::chrono::milliseconds timeout;
    link::Owner owner;
    Completion done;
  };
  void request(ServerId server, const Action& action, std::chrono::milliseconds timeout, link::Owner owner,
               Completion done) override {
    if (action.name() == "Seen") seen.emplace_back(action[0].value);
    else requests.push_back({server, action, timeout, owner, std::move(done)});
  }
  [[nodiscard]] bool is_up(ServerId server) const noexcept override { return up.at(server); }
  void set_interest(const link::Interest&) override {}

  std::vector<bool> up{true, false, false};
  std::vector<std::string> seen;  // what the plugin told
  std::vector<Request> requests;
};

class FieldsFrame final : public ami::EventFrame {
 public:
  explicit FieldsFrame(std::vector<Field> fields) : fields_(std::move(fields)), message_(fields_) {}
  [[nodiscard]] std::string_view name() const noexcept override { return message_.event(); }
  [[nodiscard]] const Message* message() override { return &message_; }

 private:
  std::vector<Field> fields_;
  Message message_;
};

class PuppetFixture : public ::testing::Test {
 protected:
  PuppetFixture() {
    auto logger = std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(log_));
    logger->set_pattern("%l %v");
    previous_logger_ = spdlog::default_logger();
    spdlog::set_default_logger(logger);
    isolation.program = AMIBROKER_DAEMON;
    isolation.heartbeat = std::chrono::milliseconds(50);
    isolation.most_missed = 200;  // a busy machine is not a frozen one
    isolation.stop_limit = std::chrono::seconds(10);
    isolation.restarts = {std::chrono::milliseconds(10), std::chrono::milliseconds(20)};
    dispatcher.attach(servers);
    plugins.add_server(0, {"office", "Office", {"berlin"}});
    plugins.add_server(1, {"branch", "Branch"});
  }
  ~PuppetFixture() override {
    plugins.stop();
    spdlog::set_default_logger(previous_logger_);
  }

  void start(std::vector<base::Setting> settings) {
    const std::vector<PluginConfig> configs{{"puppet", true, 1, std::move(settings)}};
    plugins.set_isolation(isolation);
    ASSERT_THAT(plugins.load(PluginFolders({AMIBROKER_APART_PLUGINS}), configs), ::testing::IsEmpty());
    dispatcher.on_up(0);
    ASSERT_EQ(plugins.start(), 1U);
    wait_for("up 0");
  }
  /// As a reload does: what is different, a line each.
  std::vector<std::string> reload(std::vector<base::Setting> settings) {
    const std::vector<PluginConfig> configs{{"puppet", true, 1, std::move(settings)}};
    std::vector<base::Problem> errors;
    const PluginFolders folders({AMIBROKER_APART_PLUGINS});
    PluginPlan plan = plugins.plan(folders, configs, check_apart(isolation.program, folders, configs), errors);
    EXPECT_THAT(errors, ::testing::IsEmpty());
    auto changes = plan.changes();
    if (errors.empty()) plugins.apply(std::move(plan));
    return changes;
  }
  /// These plugins, in the place of those that run.
  void reload_plugins(const std::vector<PluginConfig>& configs) {
    std::vector<base::Problem> errors;
    const PluginFolders folders({AMIBROKER_APART_PLUGINS});
    PluginPlan plan = plugins.plan(folders, configs, check_apart(isolation.program, folders, configs), errors);
    ASSERT_THAT(errors, ::testing::IsEmpty());
    plugins.apply(std::move(plan));
  }
  void event(std::vector<Field> fields, ServerId server = 0) {
    FieldsFrame frame(std::move(fields));
    dispatcher.on_event(server, frame);
  }
  void order(std::string_view what, std::string_view text = {}) {
    event({{"Event", "Order"}, {"Do", what}, {"Text", text}});
  }
  /// Until the plugin told this; times: so often since the last `forget`.
  void wait_for(std::string_view what, std::ptrdiff_t times = 1) {
    base::run_until(loop, [&] { return std::count(servers.seen.begin(), servers.seen.end(), what) >= times; });
  }
  /// Until all that the plugin was told has reached it, and what it did about it has come back.
  void settle() {
    order("echo", "settle");
    wait_for("event 0 Event=Order|Do=echo|Text=settle");
    std::erase(servers.seen, "event 0 Event=Order|Do=echo|Text=settle");
  }
  [[nodiscard]] std::string log() const { return log_.str(); }
  void wait_for_log(std::string_view text) {
    base::run_until(loop, [&] { return log().find(text) != std::string::npos; });
  }
  [[nodiscard]] PluginLife& puppet() const { return *plugins.plugins().front(); }

  base::EventLoop loop;
  AskedServers servers;
  dispatch::Dispatcher dispatcher{std::chrono::milliseconds(1000)};
  Isolation isolation;
  PluginHost plugins{loop, dispatcher, std::chrono::milliseconds(700), true};

 private:
  std::ostringstream log_;
  std::shared_ptr<spdlog::logger> previous_logger_;
};

}  // namespace amibroker::host
