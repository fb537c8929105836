// SPDX-License-Identifier: Apache-2.0
//
// Simulated servers and the doctor that looks at one of them.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/doctor/examination.hpp"
#include "core/doctor/judge.hpp"
#include "core/link/native/access.hpp"
#include "core/link/zmq/access.hpp"
#include "tests/simulator/fleet.hpp"

namespace amibroker::doctor {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using namespace std::chrono_literals;

inline void PrintTo(const Finding& finding, std::ostream* out) { *out << to_text({&finding, 1}); }
inline void PrintTo(Result result, std::ostream* out) { *out << to_string(result); }

class DoctorTest : public ::testing::Test {
 protected:
  /// Servers that speak native AMI; the first is the patient.
  std::vector<sim::ServerOptions> options{1, native()};

  static sim::ServerOptions native() {
    sim::ServerOptions one;
    one.transport = sim::Transport::ami;
    one.asterisk.system_name = "pbx-a";
    one.asterisk.hints = {{"200", "internal", "PJSIP/200&Custom:PJSIP/200"}};
    return one;
  }

  void start() { fleet = std::make_unique<sim::Fleet>(options); }
  [[nodiscard]] sim::Server& patient() { return (*fleet)[0]; }

  [[nodiscard]] link::ServerConfig config_of(std::size_t number) {
    link::ServerConfig config{.section = "server-" + std::to_string(number + 1), .name = "Berlin", .addr = "127.0.0.1"};
    const sim::Server& server = (*fleet)[number];
    if (server.transport() == sim::Transport::zmq) {
      auto access = std::make_shared<link::zeromq::ZmqAccess>();
      access->cmd_port = server.command_port();
      access->evt_port = server.event_port();
      config.access = std::move(access);
      config.transport = link::find_transport("zmq");
      return config;
    }
    auto access = std::make_shared<link::native::NativeAccess>();
    access->port = server.ami_port();
    access->username = options[number].ami.username;
    access->secret = options[number].ami.secret;
    config.access = std::move(access);
    config.transport = link::find_transport("ami");
    return config;
  }

  /// What the configuration says of the patient and the others.
  [[nodiscard]] Case make_case() {
    Case made{.server = {config_of(0)}};
    for (std::size_t i = 1; i < fleet->size(); ++i) made.others.push_back({config_of(i)});
    return made;
  }

  /// The same, with something else in the patient's section.
  template <typename Change>
  [[nodiscard]] Case with(Change&& change) {
    Case made = make_case();
    auto access = std::make_shared<link::native::NativeAccess>(
        dynamic_cast<const link::native::NativeAccess&>(*made.server.config.access));
    change(*access);
    made.server.config.access = std::move(access);
    return made;
  }

  const std::vector<Finding>& look_at(const Case& one) {
    const auto lookup = [](const std::string& name) {
      return link::Resolver::Found{{}, "its name '" + name + "' does not resolve (no such host)"};
    };
    findings = judge(one, examine(one, limits, {}, lookup));
    return findings;
  }
  const std::vector<Finding>& look() {
    start();
    return look_at(make_case());
  }

  [[nodiscard]] Finding of(std::string_view check) const {
    const auto found =
        std::find_if(findings.begin(), findings.end(), [&](const Finding& one) { return one.check == check; });
    if (found != findings.end()) return *found;
    ADD_FAILURE() << "nothing is said of " << check << ":\n" << to_text(findings);
    return {};
  }
  [[nodiscard]] std::vector<std::string_view> wrong() const {
    std::vector<std::string_view> names;
    for (const Finding& finding : findings)
      if (finding.result == Result::wrong) names.push_back(finding.check);
    return names;
  }
  /// The only thing that is wrong, and the end of the list.
  void expect_last(std::string_view check, const std::string& text, const std::string& remedy) {
    EXPECT_THAT(wrong(), ::testing::ElementsAre(check)) << to_text(findings);
    ASSERT_FALSE(findings.empty());
    EXPECT_EQ(findings.back().check, check) << to_text(findings);
    EXPECT_THAT(findings.back().text, HasSubstr(text));
    EXPECT_THAT(findings.back().remedy, HasSubstr(remedy));
  }
  void expect_wrong(std::string_view check, const std::string& text, const std::string& remedy) {
    const Finding finding = of(check);
    EXPECT_EQ(finding.result, Result::wrong) << to_text(findings);
    EXPECT_THAT(finding.text, HasSubstr(text));
    EXPECT_THAT(finding.remedy, HasSubstr(remedy));
  }

  Limits limits{};
  std::unique_ptr<sim::Fleet> fleet;
  std::vector<Finding> findings;
};

}  // namespace amibroker::doctor
