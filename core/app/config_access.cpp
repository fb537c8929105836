// SPDX-License-Identifier: Apache-2.0
#include "core/app/config_access.hpp"

#include "core/app/config_curve.hpp"

namespace amibroker::app {
namespace {

constexpr std::uint16_t default_port = 5038;
constexpr std::uint16_t default_tls_port = 5039;

void check_zmq(const base::Section& section, ServerDraft& draft, base::Findings& findings) {
  base::require(section, {"addr", "cmd_port", "evt_port"}, findings);
  base::forbid(section, {"port", "username", "secret", "secret_file", "plain_login", "tls", "tls_insecure", "ca_file"},
               "transport = ami", findings);
  read_curve(section, draft, findings);
}

void check_secret(const base::Section& section, base::Findings& findings) {
  const int inline_line = base::line_of(section, "secret");
  const int file_line = base::line_of(section, "secret_file");
  if (inline_line == 0 && file_line == 0)
    findings.error(section.line, "[" + section.name + "] has neither secret_file nor secret");
  if (inline_line != 0 && file_line != 0)
    findings.error(inline_line, "secret_file in line " + std::to_string(file_line) +
                                    " names the secret already: delete one of the two");
}

void check_tls(const base::Section& section, ServerDraft& draft, base::Findings& findings) {
  if (!draft.tls) return base::forbid(section, {"tls_insecure", "ca_file"}, "tls = yes", findings);
  if (draft.tls_insecure) {
    base::forbid(section, {"ca_file"}, "tls_insecure = no", findings);
    findings.warning(
        base::line_of(section, "tls_insecure"),
        "tls_insecure = yes: whoever can reach the line between can pass for this server and see everything");
  }
  draft.server.ami.tls = link::TlsAccess{.verify = !draft.tls_insecure, .ca_file = std::move(draft.ca_file)};
}

void check_ami(const base::Section& section, ServerDraft& draft, base::Findings& findings) {
  base::require(section, {"addr", "username"}, findings);
  check_secret(section, findings);
  base::forbid(section, {"cmd_port", "evt_port", "curve_server_key", "curve_secret_file"}, "transport = zmq", findings);
  check_tls(section, draft, findings);
  if (base::line_of(section, "port") == 0) draft.server.ami.port = draft.tls ? default_tls_port : default_port;
}

}  // namespace

void check_access(const base::Section& section, ServerDraft& draft, base::Findings& findings) {
  if (!draft.transport_is_known) return;
  if (draft.server.transport == link::Transport::ami) check_ami(section, draft, findings);
  else check_zmq(section, draft, findings);
}

}  // namespace amibroker::app
