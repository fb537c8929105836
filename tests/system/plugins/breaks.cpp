// SPDX-License-Identifier: Apache-2.0
//
// A plugin that breaks in the call that its option `where` names, in the way that `how` names. When it is loaded it
// knows no options yet: then the environment says it (BREAKS_IN_LOAD=segfault).
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "amibroker/plugin.hpp"

static constexpr amibroker::OptionSpec options[] = {
    {"where", amibroker::OptionType::text, "nowhere", "", 0, 0, "In which call"},
    {"how", amibroker::OptionType::text, "segfault", "", 0, 0, "In which way"},
};

namespace {

volatile int zero = 0;

int recurse(volatile char* outer) {
  volatile char frame[512];
  frame[0] = outer[0];
  return outer[0] == 0 ? 0 : recurse(frame) + frame[0];  // without an end, which the compiler cannot know
}

void fail() { throw std::runtime_error("nobody catches this"); }
void fail_without_catch() noexcept { fail(); }

void write_to_nothing() { *reinterpret_cast<volatile int*>(static_cast<unsigned long>(zero)) = 1; }

constexpr int very_many = 1'000'000;

/// From start on.
amibroker::Host* the_host = nullptr;

/// 1 GiB, a little at a time: what the loop is held up by is not the matter here.
void leak() {
  constexpr std::size_t block = 1024 * 1024;
  static std::vector<std::unique_ptr<char[]>> kept;
  the_host->every(std::chrono::milliseconds(1), [] {
    if (kept.size() == 1024) return;
    std::memset(kept.emplace_back(new char[block]).get(), 1, block);
    if (kept.size() == 1024) the_host->log(amibroker::Level::info, "has leaked 1 GiB");
  });
}

/// What the host bears, and what is the process's own.
void overdo(const std::string& how) {
  if (how == "off_thread") std::thread([] { the_host->request(0, amibroker::Action("Ping"), {}, {}); }).join();
  if (how == "leak") leak();
  if (how == "close") {
    for (int descriptor = 3; descriptor < 1024; ++descriptor) ::close(descriptor);
  }
  if (how == "requests") {
    for (int i = 0; i < very_many; ++i) the_host->request(0, amibroker::Action("Ping"), {}, {});
  }
  if (how == "timers") {
    for (int i = 0; i < very_many; ++i) the_host->after(std::chrono::seconds(1), [] {});
  }
  if (how == "lines") {
    for (int i = 0; i < very_many; ++i) the_host->log(amibroker::Level::info, "one of very many lines");
  }
}

void break_now(const std::string& how) {
  if (how == "throw") throw std::runtime_error("thrown by breaks");
  if (how == "segfault") write_to_nothing();
  if (how == "abort") std::abort();
  if (how == "terminate") fail_without_catch();
  if (how == "divide") zero = 7 / zero;
  if (how == "recurse") {
    volatile char first[1] = {1};
    zero = recurse(first);
  }
  if (how == "exit") std::exit(0);
  if (how == "quick_exit") std::quick_exit(0);
  if (how == "_exit") ::_exit(0);
  if (how == "thread") std::thread(write_to_nothing).join();
  if (how == "threads") {
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) threads.emplace_back([] { std::abort(); });
    for (auto& thread : threads) thread.join();
  }
  if (how == "thread_exit") std::thread([] { std::exit(0); }).join();
  if (how == "child") {
    if (::fork() == 0) std::abort();
  }
  if (how == "spin") {
    while (zero == 0) {
    }
  }
  if (how == "sleep") {
    for (;;) ::pause();
  }
  if (how == "long") ::usleep(1'500'000);
  if (the_host != nullptr) overdo(how);
}

/// Runs when the library is loaded.
const bool loaded = [] {
  const char* const how = std::getenv("BREAKS_IN_LOAD");
  if (how != nullptr) break_now(how);
  return true;
}();

/// What check_options and the constructor break by: the options that were checked last, of whichever instance.
std::string where_to_break;
std::string how_to_break;

class Breaks final : public amibroker::Plugin {
 public:
  static void check_options(const amibroker::Options& values, amibroker::OptionReport&) {
    where_to_break = values.text("where");
    how_to_break = values.text("how");
    if (where_to_break == "check_options") break_now(how_to_break);
  }
  Breaks() : where_(where_to_break), how_(how_to_break) { at("constructor"); }
  ~Breaks() override { at("destructor"); }
  void start(amibroker::Host& host) override {
    the_host = &host;
    where_ = host.options().text("where");
    how_ = host.options().text("how");
    host.subscribe("Probe");
    at("start");
    host.after(std::chrono::milliseconds(0), [this] { at("task"); });
  }
  void on_event(amibroker::ServerId, const amibroker::Message&) override {
    for (int line = 1; line <= 20; ++line)
      the_host->log(amibroker::Level::info, "line " + std::to_string(line) + " of 20");
    at("on_event");
  }
  void on_server_up(amibroker::ServerId server) override {
    at("on_server_up");
    the_host->request(server, amibroker::Action("Ping"), {}, [this](const amibroker::Reply&) { at("answer"); });
  }
  void on_report() override { at("on_report"); }
  void stop() override { at("stop"); }

 private:
  void at(const char* where) const {
    if (where_ == where) break_now(how_);
  }

  std::string where_, how_;
};

}  // namespace

AMIBROKER_PLUGIN_WITH_OPTIONS(Breaks, "breaks", "1.0", "Breaks in one of its calls", options)
