// SPDX-License-Identifier: Apache-2.0
//
// Tells all other servers of a call that nobody took, as a UserEvent that their dialplan, queue log or wallboard can
// use. Shows a broadcast. To run it:
//
//     [plugins]
//     missed_call = yes
#include <amibroker/plugin.hpp>
#include <string>

namespace {

using namespace std::chrono_literals;

class MissedCall : public amibroker::Plugin {
 public:
  void start(amibroker::Host& host) override {
    host_ = &host;
    host.subscribe("DialEnd");
  }

  void on_event(amibroker::ServerId server, const amibroker::Message& message) override {
    const auto status = message["DialStatus"];
    if (status != "NOANSWER" && status != "CANCEL") return;
    amibroker::Action action("UserEvent");
    action.add("UserEvent", "MissedCall")
        .add("Server", host_->servers()[server].section)
        .add("Caller", message["CallerIDNum"])
        .add("Called", message["DestCallerIDNum"]);
    // 0 ms: the configured request_timeout. `server` itself knows of the call already, so it is left out.
    host_->broadcast(action, server, 0ms, [this](amibroker::ServerId target, const amibroker::Reply& reply) {
      if (reply.ok()) return;
      std::string line(host_->servers()[target].name);
      line.append(" was not told of a missed call: ").append(amibroker::to_string(reply.outcome));
      host_->log(amibroker::Level::warning, line);
    });
  }

 private:
  amibroker::Host* host_ = nullptr;
};

}  // namespace

AMIBROKER_PLUGIN(MissedCall, "missed_call", "1.0", "Tells all other servers of a call that nobody took")
