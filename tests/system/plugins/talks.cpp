// SPDX-License-Identifier: Apache-2.0
//
// Does on the bus what it is asked to over the control socket, and says what came.
#include <chrono>
#include <string>
#include <vector>

#include "amibroker/bus.hpp"
#include "amibroker/commands.hpp"
#include "amibroker/plugin.hpp"

namespace {

using amibroker::Bus;
using amibroker::Field;

std::string argument(std::span<const Field> arguments, std::string_view name) {
  for (const Field& field : arguments)
    if (field.name == name) return std::string(field.value);
  return {};
}

std::string list_of(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) list += (list.empty() ? "\"" : ",\"") + text + '"';
  return '[' + list + ']';
}

class Talks final : public amibroker::Plugin {
 public:
  void start(amibroker::Host& host) override {
    bus_ = amibroker::extension<Bus>(host);
    if (bus_ != nullptr) listen();
    if (auto* const commands = amibroker::extension<amibroker::Commands>(host)) {
      commands->answer("say", [this](auto arguments) { return say(arguments); });
      commands->answer("ask", [this](auto arguments) { return ask(arguments); });
      commands->answer("status", [this](auto) { return status(); });
    }
  }

  void on_event(amibroker::ServerId, const amibroker::Message&) override {}

 private:
  void listen() {
    bus_->on_change([this](bool up) { changes_.emplace_back(up ? "up" : "down"); });
    bus_->on_overflow([this](std::uint64_t count) { lost_ += count; });
    bus_->subscribe("greetings", [this](const Bus::Heard& heard) {
      heard_.push_back(std::string(heard.site) + " " + std::string(heard.topic) + " " + std::string(heard.payload));
    });
    bus_->serve("echo", [this](const Bus::Heard& question) {
      return std::string(bus_->info().site) + " heard " + std::string(question.payload);
    });
  }

  std::string say(std::span<const Field> arguments) {
    const bool sent = bus_ != nullptr && bus_->publish("greetings", argument(arguments, "text"));
    return sent ? "true" : "false";
  }
  std::string ask(std::span<const Field> arguments) {
    bus_->request(argument(arguments, "site"), "echo", argument(arguments, "text"), std::chrono::seconds(1),
                  [this](std::optional<std::string_view> answer) {
                    answers_.emplace_back(answer ? *answer : std::string_view("nothing"));
                  });
    return "true";
  }
  std::string status() const {
    if (bus_ == nullptr) return "null";
    return std::string("{\"up\":") + (bus_->is_up() ? "true" : "false") + ",\"heard\":" + list_of(heard_) +
           ",\"answers\":" + list_of(answers_) + ",\"changes\":" + list_of(changes_) +
           ",\"lost\":" + std::to_string(lost_) + "}";
  }

  Bus* bus_ = nullptr;
  std::vector<std::string> heard_;
  std::vector<std::string> answers_;
  std::vector<std::string> changes_;
  std::uint64_t lost_ = 0;
};

}  // namespace

AMIBROKER_PLUGIN(Talks, "talks", "1.0", "Talks to itself at other sites")
