// SPDX-License-Identifier: Apache-2.0
//
// A plugin that does what events called Order say, and tells what it sees by actions called Seen on server 0: so a test
// can steer it, and look at it, in another process.
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "amibroker/commands.hpp"
#include "amibroker/plugin.hpp"
#include "amibroker/same_asterisk.hpp"

namespace {

using amibroker::Action;
using amibroker::Message;
using amibroker::Reply;
using amibroker::ServerId;
using std::chrono::milliseconds;

constexpr amibroker::OptionSpec options[] = {
    {"word", amibroker::OptionType::text, "none", "", 0, 0, "A text"},
    {"fail", amibroker::OptionType::boolean, "no", "", 0, 0, "Throw in start"},
    {"password", amibroker::OptionType::secret, "", "", 0, 0, "Known to nobody"},
    {"slow_stop", amibroker::OptionType::boolean, "no", "", 0, 0, "Hang in stop"},
};

std::string text_of(const Message& message) {
  std::string text;
  for (const auto& field : message)
    text += (text.empty() ? "" : "|") + std::string(field.name) + '=' + std::string(field.value);
  return text;
}

class Puppet final : public amibroker::Plugin {
 public:
  void start(amibroker::Host& host) override {
    host_ = &host;
    if (host.options().boolean("fail")) throw std::runtime_error("told to fail");
    host.subscribe("Order");
    answer_commands(*amibroker::extension<amibroker::Commands>(host));
    seen("start " + std::string(host.options().text("word")));
  }
  void on_event(ServerId server, const Message& message) override {
    if (message.event() != "Order") return seen("event " + std::to_string(server) + ' ' + text_of(message));
    server_ = server;
    const std::string order(message["Do"]);
    if (order == "echo") return seen("event " + std::to_string(server) + ' ' + text_of(message));
    if (!steer(order, message)) misbehave(order, std::string(message["Text"]));
  }
  void on_server_up(ServerId server) override { seen("up " + std::to_string(server)); }
  void on_server_down(ServerId server) override { seen("down " + std::to_string(server)); }
  void on_server_added(ServerId server) override { seen("added " + about(server)); }
  void on_server_changed(ServerId server) override { seen("changed " + about(server)); }
  void on_server_retired(ServerId server) override { seen("retired " + std::to_string(server)); }
  void on_events_lost(ServerId server, std::uint64_t count) override {
    seen("lost " + std::to_string(server) + ' ' + std::to_string(count));
  }
  void on_report() override { host_->log(amibroker::Level::info, "its report"); }
  void stop() override {
    if (host_ != nullptr && host_->options().boolean("slow_stop"))
      for (;;) ::pause();
    if (host_ != nullptr) seen("stop");
  }

 private:
  void seen(const std::string& what) { host_->request(0, Action("Seen").add("What", what), milliseconds(0), {}); }

  std::string about(ServerId server) {
    const auto& info = host_->servers()[server];
    std::string text = std::to_string(server) + ' ' + std::string(info.section) + ' ' + std::string(info.name);
    for (const auto zone : info.zones) text += " zone=" + std::string(zone);
    return text + ' ' + std::string(info.asterisk_version) + (info.held ? " held" : "");
  }

  void answer_commands(amibroker::Commands& commands) {
    commands.answer("echo", [](std::span<const amibroker::Field> arguments) {
      return "{\"said\":\"" + text_of(Message(arguments)) + "\"}";
    });
    commands.answer("refuse", [](auto) -> std::string { throw std::invalid_argument("no\nsuch name"); });
    commands.answer("throw-what", [](auto) -> std::string { throw 1; });
    commands.answer("much", [](auto) { return std::string((std::size_t{4} << 20) + 1, '1'); });
    commands.answer("most", [](auto) { return std::string(std::size_t{4} << 20, '1'); });
    commands.answer("nothing", [](auto) { return std::string(); });
    commands.answer("die", [](auto) -> std::string {
      ::raise(SIGKILL);
      return "1";
    });
    commands.answer("Wrong Name", [](auto) { return std::string("1"); });
    commands.answer("again", [&commands](auto) {
      commands.answer("again", [](auto) { return std::string("2"); });
      return std::string("1");
    });
  }

  bool steer(const std::string& order, const Message& message) {
    const std::string text(message["Text"]);
    if (order == "request") {
      Action action(text);
      message.each("Header", [&](std::string_view value) { action.add("Variable", value); });
      host_->request(1, action, milliseconds(250), [this](const Reply& reply) {
        std::string what = "answer " + std::string(to_string(reply.outcome)) + ' ' + std::string(reply.text);
        for (const Message& part : reply.messages) what += " [" + text_of(part) + ']';
        seen(what);
      });
    } else if (order == "broadcast") {
      host_->broadcast(Action(text), 0, milliseconds(0), [this](ServerId server, const Reply& reply) {
        seen("broadcast " + std::to_string(server) + ' ' + std::string(to_string(reply.outcome)));
      });
    } else if (order == "after") {
      host_->after(milliseconds(1), [this] { seen("after"); });
    } else if (order == "every") {
      timer_ = host_->every(milliseconds(1), [this] {
        seen("every");
        if (++ticks_ == 3) host_->cancel(timer_);
      });
    } else if (order == "post") {
      std::thread([this] { host_->post([this] { seen("posted"); }); }).join();
    } else if (order == "count") {
      ++host_->counter("orders");
    } else if (order == "log") {
      host_->log(amibroker::Level::warning, text);
    } else if (order == "print") {
      std::fputs((text + '\n').c_str(), stderr);
    } else if (order == "subscribe") {
      host_->subscribe(text);
    } else if (order == "unsubscribe") {
      host_->unsubscribe(text);
    } else if (order == "state") {
      seen("up " + std::to_string(host_->is_up(0)) + std::to_string(host_->is_up(1)) + " verbose " +
           std::to_string(host_->verbose()) + " servers " + std::to_string(host_->servers().size()) + " folder " +
           std::string(host_->state_folder()) + " same_asterisk " +
           std::to_string(amibroker::extension<amibroker::SameAsterisk>(*host_) != nullptr));
    } else if (order == "password") {
      seen("password " + std::string(host_->options().text("password")));
    } else if (order == "write") {
      const std::string file = std::string(host_->state_folder()) + "/kept";
      std::ofstream(file) << text;
      seen("wrote " + file);
    } else if (order == "throw") {
      throw std::runtime_error("told to throw");
    } else {
      return false;
    }
    return true;
  }

  void misbehave(const std::string& order, const std::string& text) {
    if (order == "segfault") ::raise(SIGSEGV);
    if (order == "kill") ::raise(SIGKILL);
    if (order == "abort") std::abort();
    if (order == "exit") std::exit(3);
    if (order == "close") {
      for (int i = 3; i < 64; ++i) ::close(i);
      return;
    }
    if (order == "lie") {
      // A frame without a body; `text` is its kind.
      const char frame[] = {1, 0, 0, 0, static_cast<char>(std::stoi(text))};
      static_cast<void>(!::write(3, frame, sizeof frame));
      return;
    }
    if (order == "leak") {
      for (;;) {
        leaked_.push_back(std::make_unique<char[]>(std::size_t{1} << 20));
        std::memset(leaked_.back().get(), 1, std::size_t{1} << 20);
        if (leaked_.size() == 1024) return;
      }
    }
    if (order == "loop")
      for (volatile bool forever = true; forever;) {
      }
    if (order == "stop_process") ::raise(SIGSTOP);
  }

  amibroker::Host* host_ = nullptr;
  ServerId server_ = 0;
  amibroker::TimerId timer_ = 0;
  int ticks_ = 0;
  std::vector<std::unique_ptr<char[]>> leaked_;
};

}  // namespace

AMIBROKER_PLUGIN_WITH_OPTIONS(Puppet, "puppet", "1.0", "Does what events say", options)
