// SPDX-License-Identifier: Apache-2.0
//
// Logs each hangup on each server: about the least that a plugin can do. To run it:
//
//     [plugins]
//     hello = yes
#include <amibroker/plugin.hpp>
#include <string>

namespace {

class Hello : public amibroker::Plugin {
 public:
  void start(amibroker::Host& host) override {
    host_ = &host;
    host.subscribe("Hangup");
  }

  void on_event(amibroker::ServerId server, const amibroker::Message& message) override {
    std::string line(host_->servers()[server].name);
    line.append(": ").append(message["Channel"]).append(" hung up, ").append(message["Cause-txt"]);
    host_->log(amibroker::Level::info, line);
  }

 private:
  amibroker::Host* host_ = nullptr;
};

}  // namespace

AMIBROKER_PLUGIN(Hello, "hello", "1.0", "Logs each hangup")
