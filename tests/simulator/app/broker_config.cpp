// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/app/broker_config.hpp"

#include <sstream>

namespace amibroker::sim::app {

std::string broker_config(const std::vector<ServerAccess>& servers, const std::string& folder,
                          const std::vector<std::string>& enabled, std::optional<std::uint16_t> web,
                          const std::optional<SiteAccess>& site) {
  const std::size_t first = site ? site->first_server + 1 : 1;
  std::ostringstream text;
  text << "; Written by asterisk-sim for " << servers.size() << " simulated servers.\n"
       << "[general]\ndevice_state = yes\npresence = no\nlog_level = info\nrequest_timeout = 1000\n"
       << "count_messages = no\nverbose_messages = no\n";
  if (web) text << "[http]\nlisten = 127.0.0.1:" << *web << '\n';
  if (site) text << "[cluster]\nurl = " << site->url << "\nsite = " << site->name << '\n';
  if (!folder.empty() || !enabled.empty()) text << "[plugins]\n";
  if (!folder.empty()) text << "path = " << folder << '\n';
  for (const auto& plugin : enabled) text << plugin << " = yes\n";
  text << "[servers]\nsections = ";
  for (std::size_t i = 0; i < servers.size(); ++i) text << (i == 0 ? "" : ", ") << "server-" << first + i;
  text << '\n';
  for (std::size_t i = 0; i < servers.size(); ++i) {
    const auto& server = servers[i];
    text << "[server-" << first + i << "]\nname = Server " << first + i << "\naddr = 127.0.0.1\n";
    if (server.ami != 0) {
      text << "transport = ami\nport = " << server.ami << "\nusername = " << server.username
           << "\nsecret = " << server.secret << '\n';
    } else {
      text << "cmd_port = " << server.command << "\nevt_port = " << server.event << '\n';
    }
    text << "ami_trace = no\n";
  }
  return text.str();
}

}  // namespace amibroker::sim::app
