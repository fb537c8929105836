// SPDX-License-Identifier: Apache-2.0
#include "core/app/doctor_desk.hpp"

#include <exception>
#include <system_error>
#include <utility>

#include "core/app/doctor_case.hpp"
#include "core/doctor/examination.hpp"
#include "core/doctor/judge.hpp"

namespace amibroker::app {
namespace {

using control::Failure;
using control::Json;

std::vector<doctor::Finding> look_at(const doctor::Case& one, const std::stop_token& stop) {
  return doctor::judge(one, doctor::examine(one, {}, stop));
}

DoctorDesk::Outcome outcome_of(const DoctorDesk::Look& look, const doctor::Case& one, const std::stop_token& stop) {
  try {
    return look(one, stop);
  } catch (const std::exception& error) {
    return std::string("this machine lacks something: ") + error.what();
  }
}

Json json_of(const std::string& section, const std::vector<doctor::Finding>& findings) {
  Json list = Json::array();
  for (const doctor::Finding& finding : findings)
    list.push_back({{"check", finding.check},
                    {"result", to_string(finding.result)},
                    {"text", finding.text},
                    {"remedy", finding.remedy}});
  return {{"server", section}, {"findings", std::move(list)}};
}

bool is_up(const link::Servers& servers, const std::string& section) {
  for (ServerId id = 0; id < servers.size(); ++id)
    if (servers.at(id).config().section == section && servers.at(id).up()) return true;
  return false;
}

}  // namespace

DoctorDesk::DoctorDesk(base::EventLoop& loop) : DoctorDesk(loop, look_at) {}

DoctorDesk::DoctorDesk(base::EventLoop& loop, Look look)
    : look_(std::move(look)), box_(loop, [](const base::PostBox::Task& task) { task(); }) {}

void DoctorDesk::end() {
  box_.close();
  thread_ = {};  // asks it to stop, and waits for it
  asked_.clear();
}

bool DoctorDesk::ask(doctor::Case one, Heard heard) {
  if (asked_.size() > most_waiting) return false;
  asked_.push_back({std::move(one), std::move(heard)});
  if (asked_.size() == 1) begin();
  return true;
}

void DoctorDesk::begin() {
  const auto hand_over = [this](Outcome outcome) {
    box_.post([this, outcome = std::move(outcome)] { finish(outcome); });
  };
  try {
    thread_ = std::jthread([hand_over, look = look_, one = asked_.front().one](const std::stop_token& stop) {
      hand_over(outcome_of(look, one, stop));
    });
  } catch (const std::system_error& error) {
    hand_over(std::string("there is no thread for it (") + error.code().message() + ")");
  }
}

void DoctorDesk::finish(const Outcome& outcome) {
  const Asked asked = std::move(asked_.front());
  asked_.pop_front();
  asked.heard(outcome);
  if (!asked_.empty()) begin();
}

void add_doctor(control::Commands& commands, const LiveConfig& config, const link::Servers& servers, DoctorDesk& desk) {
  control::Command command;
  command.name = "doctor";
  command.help = "what is wrong with a server, and what to do (takes up to 15 s)";
  command.arguments = {{"name", control::ArgumentSpec::Type::text, true, "the server's section"}};
  command.run = [&](const control::Arguments& arguments, const control::Done& done) {
    const std::string name = arguments.text("name").value_or("");
    auto one = case_of(config.config(), name);
    if (!one) return done(Failure{404, "unknown_server", no_such_server(config.config(), name)});
    const std::string section = one->server.config.section;
    one->held = is_up(servers, section);
    const auto heard = [done, section](const DoctorDesk::Outcome& outcome) {
      if (const auto* const findings = std::get_if<std::vector<doctor::Finding>>(&outcome))
        return done(json_of(section, *findings));
      done(Failure{500, "failed", "[" + section + "] could not be looked at: " + std::get<std::string>(outcome)});
    };
    if (!desk.ask(*std::move(one), heard))
      done(Failure{429, "busy",
                   "the doctor looks at one server after the other, and " + std::to_string(DoctorDesk::most_waiting) +
                       " wait already: ask again in a minute"});
  };
  commands.add(std::move(command));
}

}  // namespace amibroker::app
