// SPDX-License-Identifier: Apache-2.0
#include "settings.hpp"

#include <fnmatch.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "topic.hpp"

namespace mqtt {
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : std::string();
}

std::vector<std::string> copy(const std::vector<std::string_view>& texts) { return {texts.begin(), texts.end()}; }

bool matches(const std::vector<std::string>& globs, const std::string& name) {
  return std::any_of(globs.begin(), globs.end(),
                     [&](const std::string& glob) { return ::fnmatch(glob.c_str(), name.c_str(), FNM_CASEFOLD) == 0; });
}

}  // namespace

Settings Settings::read(const amibroker::Options& options) {
  Settings settings;
  settings.host = options.text("host");
  settings.username = options.text("username");
  settings.password = options.text("password");
  settings.tls_ca = options.text("tls_ca");
  settings.port = static_cast<int>(options.integer("port"));
  if (settings.port == 0) settings.port = settings.tls_ca.empty() ? 1883 : 8883;
  settings.prefix = options.text("prefix");
  // One that stays the same: then a new connection ends the one before, whose last will would come later.
  settings.client_id = options.text("client_id");
  if (settings.client_id.empty()) settings.client_id = settings.prefix + "@" + host_name();
  settings.qos = static_cast<int>(options.integer("qos"));
  settings.keepalive = std::chrono::seconds(options.integer("keepalive"));
  settings.presence = options.boolean("presence");
  settings.include = copy(options.list("include"));
  settings.exclude = copy(options.list("exclude"));
  settings.max_names = static_cast<std::size_t>(options.integer("max_names"));
  settings.resync_interval = std::chrono::seconds(options.integer("resync_interval"));
  return settings;
}

bool Settings::wants(std::string_view name) const {
  const std::string text(name);
  return matches(include, text) && !matches(exclude, text);
}

void check_settings(const amibroker::Options& options, amibroker::OptionReport& report) {
  if (options.text("host").empty()) report.mistake("host", "must not be empty: name the MQTT broker");
  const std::string fault = fault_of_prefix(options.text("prefix"));
  if (!fault.empty()) report.mistake("prefix", fault);
  if (options.text("client_id").size() > 200) report.mistake("client_id", "is longer than 200 bytes");
  if (options.text("username").empty() && !options.text("password").empty())
    report.mistake("password", "needs username beside it");
  const std::string ca(options.text("tls_ca"));
  if (!ca.empty() && ::access(ca.c_str(), R_OK) != 0)
    report.mistake("tls_ca", "names a file that cannot be read: " + ca);
  if (fault.empty())
    report.example("a device is published as " + std::string(options.text("prefix")) + "/SERVER/device/PJSIP%2F100");
}

}  // namespace mqtt
