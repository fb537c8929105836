// SPDX-License-Identifier: Apache-2.0
//
// Appends each hangup to a file from a thread of its own, because a disk may take its time and the broker's loop must
// not. Shows a worker thread, and the way back with post. To run it:
//
//     [plugins]
//     worker_thread = yes
//     [plugin worker_thread]
//     file = /var/log/hangups.csv
#include <amibroker/plugin.hpp>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace {

constexpr amibroker::OptionSpec options[] = {
    {"file", amibroker::OptionType::text, "", "", 0, 0, "File to append to; its folder must be there"},
};

class WorkerThread : public amibroker::Plugin {
 public:
  void start(amibroker::Host& host) override {
    host_ = &host;
    file_.open(std::string(host.options().text("file")), std::ios::app);
    if (!file_) throw std::runtime_error("the file of option 'file' cannot be opened");
    host.subscribe("Hangup");
    thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
  }

  void on_event(amibroker::ServerId server, const amibroker::Message& message) override {
    const std::lock_guard lock(mutex_);  // a message ends with this call, so what the thread needs is copied
    lines_.append(host_->servers()[server].section).append(",").append(message["Channel"]).append("\n");
    wake_.notify_one();
  }

  void stop() override { thread_ = {}; }  // asks it to stop, and joins it

 private:
  void work(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (wake_.wait(lock, stop, [this] { return !lines_.empty(); })) {
      const std::string lines = std::exchange(lines_, {});
      lock.unlock();
      file_ << lines << std::flush;
      // Host's functions are for the loop's thread; a task that is posted runs there.
      if (!file_) host_->post([this] { tell_failure(); });
      file_.clear();
      lock.lock();
    }
  }

  void tell_failure() {
    host_->log(amibroker::Level::error, "hangups were not written; is the disk full?");
    host_->broadcast(amibroker::Action("UserEvent").add("UserEvent", "HangupFileFailed"), no_server, {}, {});
  }

  static constexpr auto no_server = static_cast<amibroker::ServerId>(-1);
  amibroker::Host* host_ = nullptr;
  std::mutex mutex_;  // guards lines_
  std::condition_variable_any wake_;
  std::string lines_;
  std::ofstream file_;   // the thread's own, once it runs
  std::jthread thread_;  // last: it ends before what it uses
};

}  // namespace

AMIBROKER_PLUGIN_WITH_OPTIONS(WorkerThread, "worker_thread", "1.0", "Appends each hangup to a file", options)
