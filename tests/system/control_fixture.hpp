// SPDX-License-Identifier: Apache-2.0
//
// A daemon with a control socket, and the tool that asks it.
#pragma once

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "core/ctl/client.hpp"
#include "tests/system/reload_fixture.hpp"

namespace amibroker::system_test {

using ctl::Json;

class ControlSystem : public ReloadSystem {
 protected:
  struct Ran {
    int code;
    std::string output;  ///< stdout and stderr
  };

  [[nodiscard]] std::string socket() const { return (folder.path() / "control.sock").string(); }
  [[nodiscard]] std::string control(const std::string& more = {}) const {
    return "[control]\nsocket = " + socket() + "\n" + more;
  }
  /// Servers of the fleet with a control socket. `after`: more sections.
  [[nodiscard]] Written with_control(std::vector<std::size_t> servers, const std::string& after = {}) const {
    return {.servers = std::move(servers), .after = control() + after};
  }
  void start_controlled(const Written& written) {
    start(text_of(written));
    ASSERT_TRUE(daemon->says("commands are taken at " + socket())) << daemon->output();
    for (const std::size_t server : written.servers) {
      if (!(*fleet)[server].is_alive()) continue;
      ASSERT_TRUE(daemon->says("[server-" + std::to_string(server) + "] is up")) << daemon->output();
    }
  }
  /// A file under the configuration's name, which nobody is told of.
  void put(const std::string& text) const {
    std::filesystem::rename(folder.write("config.new", text), folder.path() / "config.ini");
  }

  [[nodiscard]] ctl::Client client() const { return {socket(), 20s}; }
  [[nodiscard]] Json look(const std::string& target) const { return client().get("/v1/" + target); }
  Json change(const std::string& name, const Json& arguments = Json::object()) const {
    return client().post("/v1/" + name, arguments);
  }
  /// Status and text of a refusal; 200 if it is none.
  template <typename Ask>
  [[nodiscard]] static std::pair<int, std::string> refusal_of(Ask&& ask) {
    try {
      static_cast<void>(ask());
    } catch (const ctl::Refused& refused) {
      return {refused.status, refused.what()};
    }
    return {200, {}};
  }
  /// zmq-ami-brokerctl with the daemon's socket.
  [[nodiscard]] Ran run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"--socket", socket()});
    return run_tool(arguments);
  }
  [[nodiscard]] static Ran run_tool(const std::vector<std::string>& arguments) {
    Daemon tool(AMIBROKER_CTL, arguments);
    const auto code = tool.exit_code();
    return {code.value_or(-1), tool.output()};
  }
  [[nodiscard]] Json one_plugin(const std::string& name) const { return look("plugin?name=" + name); }

  /// Runs `work` as another user, in a thread of its own: Linux gives rights to threads, whatever libc makes of it.
  template <typename Work>
  static void as_user(uid_t user, gid_t group, const std::vector<gid_t>& more, Work&& work) {
    std::thread([&] {
      ASSERT_EQ(::syscall(SYS_setgroups, more.size(), more.data()), 0);
      ASSERT_EQ(::syscall(SYS_setresgid, group, group, group), 0);
      ASSERT_EQ(::syscall(SYS_setresuid, user, user, user), 0);
      work();
    }).join();
  }
};

/// What `value` is, for a comparison with what the contract of /v1 says: objects as the names of their members with
/// theirs.
inline Json shape(const Json& value) {
  if (value.is_object()) {
    Json members = Json::object();
    for (const auto& [name, member] : value.items()) members[name] = shape(member);
    return members;
  }
  if (value.is_array()) return value.empty() ? Json("[]") : Json::array({shape(value[0])});
  if (value.is_number_float()) return "seconds";
  if (value.is_number()) return "number";
  return value.type_name();
}

}  // namespace amibroker::system_test
