// SPDX-License-Identifier: Apache-2.0
//
// Appends each hangup to a file or a pipe from a thread of its own, because a disk or a reader may take its time and
// the broker's loop must not. Shows the SDK's Sender: a thread, a queue with a bound, and the way back. To run it:
//
//     [plugins]
//     worker_thread = yes
//     [plugin worker_thread]
//     file = /var/log/hangups.jsonl
#include <amibroker/json.hpp>
#include <amibroker/plugin.hpp>
#include <amibroker/sender.hpp>
#include <optional>
#include <string>

namespace {

constexpr amibroker::OptionSpec options[] = {
    {"file", amibroker::OptionType::text, "", "", 0, 0, "File or pipe to append to; its folder must be there", "",
     true},
};

class WorkerThread : public amibroker::Plugin {
 public:
  void start(amibroker::Host& host) override {
    host_ = &host;
    const int file = amibroker::Sender::open_to_append(std::string(host.options().text("file")));
    // What fails on the sender's thread is told on the loop's, where all functions of the host may be called.
    sender_.emplace(host, "file", file, amibroker::Sender::Limits(), [this](const std::string&) { tell_failure(); });
    host.subscribe("Hangup");
  }

  void on_event(amibroker::ServerId, const amibroker::Message& message) override {
    std::string line;  // a message ends with this call, so what the thread needs is copied
    if (amibroker::append_json(line, message)) sender_->send(line + '\n');
  }

  void stop() override { sender_.reset(); }  // writes what waits for at most 200 ms, and joins the thread

 private:
  void tell_failure() {
    host_->broadcast(amibroker::Action("UserEvent").add("UserEvent", "HangupFileFailed"), no_server, {}, {});
  }

  static constexpr auto no_server = static_cast<amibroker::ServerId>(-1);
  amibroker::Host* host_ = nullptr;
  std::optional<amibroker::Sender> sender_;
};

}  // namespace

AMIBROKER_PLUGIN_WITH_OPTIONS(WorkerThread, "worker_thread", "1.1", "Appends each hangup to a file or a pipe", options)
