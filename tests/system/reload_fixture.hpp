// SPDX-License-Identifier: Apache-2.0
//
// A daemon whose configuration changes while it runs.
#pragma once

#include <csignal>
#include <map>
#include <string>
#include <vector>

#include "tests/system/system_fixture.hpp"

namespace amibroker::system_test {

class ReloadSystem : public System {
 protected:
  /// One configuration, as a test changes it.
  struct Written {
    std::vector<std::size_t> servers{};          ///< of the fleet, in the order of `sections`
    std::map<std::size_t, std::string> more{};   ///< more lines of a server's section; a name wins
    std::map<std::size_t, std::size_t> place{};  ///< where a server is reached, if not at its own ports
    std::string general{};                       ///< lines of [general]
    std::string after{};                         ///< sections after those of the servers
  };

  [[nodiscard]] std::string text_of(const Written& written) const {
    std::string text = "[general]\ndevice_state = yes\npresence = yes\n" + written.general + "[servers]\nsections = ";
    std::string sections;
    for (const std::size_t server : written.servers) {
      const std::string index = std::to_string(server);
      text += (sections.empty() ? "server-" : ", server-") + index;
      const auto place = written.place.find(server);
      const auto more = written.more.find(server);
      const std::string lines = more != written.more.end() ? more->second : "";
      const std::string name = lines.find("name = ") == lines.npos ? "name = Console " + index + "\n" : "";
      sections += "[server-" + index + "]\n" + name + "addr = 127.0.0.1\n" +
                  access_to((*fleet)[place != written.place.end() ? place->second : server]) + lines;
    }
    return text + "\n" + sections + written.after;
  }

  void start_with(const Written& written) {
    start(text_of(written));
    for (const std::size_t server : written.servers)
      ASSERT_TRUE(daemon->says("[server-" + std::to_string(server) + "] is up")) << daemon->output();
  }

  /// Puts `text` in the place of the configuration, and asks the daemon to read it.
  void ask(const std::string& text) {
    // Another file under the same name, as editors do: the daemon never sees half of it.
    std::filesystem::rename(folder.write("config.new", text), folder.path() / "config.ini");
    daemon->signal(SIGHUP);
  }
  /// The same, and waits until it is in force.
  void reload_text(const std::string& text) {
    ask(text);
    ASSERT_TRUE(daemon->says(in_force, 20s, ++reloads)) << daemon->output();
  }
  void reload(const Written& written) { reload_text(text_of(written)); }
  /// A configuration that must be refused.
  void refused(const std::string& text) {
    ask(text);
    ASSERT_TRUE(daemon->says(is_wrong, 20s, ++refusals)) << daemon->output();
  }

  [[nodiscard]] std::size_t count(std::string_view text) const {
    const std::string output = daemon->output();
    std::size_t found = 0;
    for (auto at = output.find(text); at != output.npos; at = output.find(text, at + 1)) ++found;
    return found;
  }
  /// How often a server came up, and went down.
  [[nodiscard]] std::size_t ups(std::size_t server) const {
    return count("[server-" + std::to_string(server) + "] is up");
  }
  [[nodiscard]] std::size_t downs(std::size_t server) const {
    return count("[server-" + std::to_string(server) + "] is down");
  }
  [[nodiscard]] sim::DeviceState shown(std::size_t server, const std::string& device) const {
    return (*fleet)[server].device_state("Custom:" + device);
  }

  static constexpr std::string_view in_force = "config.ini was read again: ";
  static constexpr std::string_view is_wrong = "config.ini is wrong, so nothing changes";
  std::size_t reloads = 0;
  std::size_t refusals = 0;
};

}  // namespace amibroker::system_test
