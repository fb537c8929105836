// SPDX-License-Identifier: Apache-2.0
#include "script.hpp"

namespace {

amibroker::faulty::Script& script() {
  static amibroker::faulty::Script the_script;
  return the_script;
}

class Scripted : public amibroker::Plugin {
 public:
  ~Scripted() override {
    if (script().destroy) script().destroy();
  }
  void start(amibroker::Host& host) override {
    if (script().start) script().start(host);
  }
  void on_event(amibroker::ServerId server, const amibroker::Message& message) override {
    if (script().event) script().event(server, message);
  }
  void on_server_up(amibroker::ServerId server) override {
    if (script().up) script().up(server);
  }
  void on_server_down(amibroker::ServerId server) override {
    if (script().down) script().down(server);
  }
  void on_server_added(amibroker::ServerId server) override {
    if (script().added) script().added(server);
  }
  void on_server_changed(amibroker::ServerId server) override {
    if (script().changed) script().changed(server);
  }
  void on_server_retired(amibroker::ServerId server) override {
    if (script().retired) script().retired(server);
  }
  void on_events_lost(amibroker::ServerId server, std::uint64_t count) override {
    if (script().lost) script().lost(server, count);
  }
  void on_report() override {
    if (script().report) script().report();
  }
  bool on_options(const amibroker::Options& options) override { return script().options && script().options(options); }
  std::string save() override { return script().save ? script().save() : std::string(); }
  void stop() override {
    if (script().stop) script().stop();
  }
};

}  // namespace

extern "C" __attribute__((visibility("default"))) amibroker::faulty::Script* amibroker_test_script() {
  return &script();
}

static constexpr amibroker::OptionSpec options[] = {
    {"pace", amibroker::OptionType::integer, "30", "s", 1, 60, "Something to change"},
};

AMIBROKER_PLUGIN_WITH_OPTIONS(Scripted, "scripted", "1.0", "Does what the test says", options)
