// SPDX-License-Identifier: Apache-2.0
//
// Measures how long each server takes to answer. Shows a timer, requests, counters and an option. To run it:
//
//     [plugins]
//     ping_timer = yes
//     [plugin ping_timer]
//     interval = 10
#include <amibroker/plugin.hpp>
#include <string>

namespace {

using namespace std::chrono_literals;

constexpr amibroker::OptionSpec options[] = {
    {"interval", amibroker::OptionType::integer, "30", "s", 1, 3600, "Time between two measurements"},
};

class PingTimer : public amibroker::Plugin {
 public:
  void start(amibroker::Host& host) override {
    host_ = &host;
    answered_ = &host.counter("answered");
    unanswered_ = &host.counter("unanswered");
    host.every(std::chrono::seconds(host.options().integer("interval")), [this] { ping_all(); });
  }

  void on_event(amibroker::ServerId, const amibroker::Message&) override {}

 private:
  void ping_all() {
    for (const amibroker::ServerInfo& server : host_->servers()) {
      if (server.retired) continue;
      host_->request(server.id, ping_, 1s, [this, id = server.id, begin = host_->now()](const amibroker::Reply& reply) {
        ++*(reply.ok() ? answered_ : unanswered_);
        const auto took = std::chrono::duration_cast<std::chrono::microseconds>(host_->now() - begin);
        std::string line(host_->servers()[id].name);
        line.append(": ").append(to_string(reply.outcome)).append(" after ").append(std::to_string(took.count()));
        host_->log(amibroker::Level::info, line + " us");
      });
    }
  }

  amibroker::Host* host_ = nullptr;
  amibroker::Counter* answered_ = nullptr;
  amibroker::Counter* unanswered_ = nullptr;
  const amibroker::Action ping_{"Ping"};
};

}  // namespace

AMIBROKER_PLUGIN_WITH_OPTIONS(PingTimer, "ping_timer", "1.0", "Measures how long each server takes to answer", options)
