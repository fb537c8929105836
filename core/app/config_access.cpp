// SPDX-License-Identifier: Apache-2.0
#include "core/app/config_access.hpp"

#include <initializer_list>

#include "core/app/config_curve.hpp"

namespace amibroker::app {
namespace {

using Keys = std::initializer_list<std::string_view>;

constexpr std::uint16_t default_port = 5038;
constexpr std::uint16_t default_tls_port = 5039;

void require(const IniSection& section, Keys keys, Findings& findings) {
  for (const std::string_view key : keys)
    if (line_of(section, key) == 0) findings.error(section.line, "[" + section.name + "] has no " + std::string(key));
}

/// `when`: what would give these keys a meaning.
void forbid(const IniSection& section, Keys keys, std::string_view when, Findings& findings) {
  for (const std::string_view key : keys)
    if (const int line = line_of(section, key); line != 0)
      findings.error(line, std::string(key) + " means something with " + std::string(when) +
                               " only: write that too, or delete this line");
}

void check_zmq(const IniSection& section, ServerDraft& draft, Findings& findings) {
  require(section, {"addr", "cmd_port", "evt_port"}, findings);
  forbid(section, {"port", "username", "secret", "secret_file", "plain_login", "tls", "tls_insecure", "ca_file"},
         "transport = ami", findings);
  read_curve(section, draft, findings);
}

void check_secret(const IniSection& section, Findings& findings) {
  const int inline_line = line_of(section, "secret");
  const int file_line = line_of(section, "secret_file");
  if (inline_line == 0 && file_line == 0)
    findings.error(section.line, "[" + section.name + "] has neither secret_file nor secret");
  if (inline_line != 0 && file_line != 0)
    findings.error(inline_line, "secret_file in line " + std::to_string(file_line) +
                                    " names the secret already: delete one of the two");
}

void check_tls(const IniSection& section, ServerDraft& draft, Findings& findings) {
  if (!draft.tls) return forbid(section, {"tls_insecure", "ca_file"}, "tls = yes", findings);
  if (draft.tls_insecure) {
    forbid(section, {"ca_file"}, "tls_insecure = no", findings);
    findings.warning(
        line_of(section, "tls_insecure"),
        "tls_insecure = yes: whoever can reach the line between can pass for this server and see everything");
  }
  draft.server.ami.tls = link::TlsAccess{.verify = !draft.tls_insecure, .ca_file = std::move(draft.ca_file)};
}

void check_ami(const IniSection& section, ServerDraft& draft, Findings& findings) {
  require(section, {"addr", "username"}, findings);
  check_secret(section, findings);
  forbid(section, {"cmd_port", "evt_port", "curve_server_key", "curve_secret_file"}, "transport = zmq", findings);
  check_tls(section, draft, findings);
  if (line_of(section, "port") == 0) draft.server.ami.port = draft.tls ? default_tls_port : default_port;
}

}  // namespace

void check_access(const IniSection& section, ServerDraft& draft, Findings& findings) {
  if (!draft.transport_is_known) return;
  if (draft.server.transport == link::Transport::ami) check_ami(section, draft, findings);
  else check_zmq(section, draft, findings);
}

}  // namespace amibroker::app
