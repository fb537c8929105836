// SPDX-License-Identifier: Apache-2.0
#include "core/link/zmq/access.hpp"

#include <string_view>
#include <utility>

#include "core/base/change_text.hpp"
#include "core/base/key_table.hpp"
#include "core/base/secret_file.hpp"
#include "core/base/text.hpp"
#include "core/link/zmq/curve_keys.hpp"

namespace amibroker::link::zeromq {
namespace {

using base::Findings;
using base::Setting;

/// What the section has said so far.
struct Draft {
  ZmqAccess access;
  std::string curve_server_key;
  std::string curve_secret_file;
};

constexpr base::KeySpec<Draft> keys[] = {
    {"cmd_port", [](const Setting& s, Draft& d, Findings& f) { base::read_port(s, d.access.cmd_port, f); }},
    {"evt_port", [](const Setting& s, Draft& d, Findings& f) { base::read_port(s, d.access.evt_port, f); }},
    {"curve_server_key", [](const Setting& s, Draft& d, Findings& f) { base::keep_text(s, d.curve_server_key, f); }},
    {"curve_secret_file", [](const Setting& s, Draft& d, Findings& f) { base::keep_text(s, d.curve_secret_file, f); }},
};

/// Both keys or none.
bool is_complete(int server_key_line, int secret_file_line, Findings& findings) {
  if (secret_file_line == 0)
    findings.error(server_key_line,
                   "curve_server_key needs curve_secret_file beside it: the file with the broker's secret key, which "
                   "zmq-ami-broker --make-keys makes");
  else if (server_key_line == 0)
    findings.error(secret_file_line,
                   "curve_secret_file needs curve_server_key beside it: the public key of the server's module");
  else return true;
  return false;
}

/// Empty, with an error, if it is not a key.
std::string server_key(const std::string& key, int line, Findings& findings) {
  if (is_curve_key(key)) return key;
  findings.error(line, "curve_server_key = " + base::in_quotes(key) +
                           ": write the public key of the server's module, 40 characters; it is in the file "
                           "NAME.public that zmq-ami-broker --make-keys NAME made for that server");
  return {};
}

/// Empty, with an error, if the file holds no key.
std::string secret_key(const std::string& path, int line, Findings& findings) {
  if (path.empty()) {
    findings.error(line, "curve_secret_file is empty: write the name of the file with the broker's secret key");
    return {};
  }
  base::SecretFile file = base::read_secret_file(path, findings.folder);
  if (!file.warning.empty()) findings.warning(line, "curve_secret_file: " + file.warning);
  if (file.error.empty() && !is_curve_key(file.text))
    file.error = base::secret_path(path, findings.folder) +
                 " holds no key, which is one line of 40 characters; name the file NAME.secret that zmq-ami-broker "
                 "--make-keys NAME made";
  if (file.error.empty()) return std::move(file.text);
  findings.error(line, "curve_secret_file: " + file.error);
  return {};
}

void read_curve(const base::Section& section, Draft& draft, Findings& findings) {
  const int server_key_line = line_of(section, "curve_server_key");
  const int secret_file_line = line_of(section, "curve_secret_file");
  if (server_key_line == 0 && secret_file_line == 0) return;
  if (!is_complete(server_key_line, secret_file_line, findings)) return;
  if (!has_curve()) {
    findings.error(server_key_line,
                   "curve_server_key: the libzmq of this machine was built without CURVE; install one that has it "
                   "(Debian's libzmq5 does), or take curve_server_key and curve_secret_file out");
    return;
  }
  CurveKeys curve;
  curve.server_public = server_key(draft.curve_server_key, server_key_line, findings);
  curve.client_secret = secret_key(draft.curve_secret_file, secret_file_line, findings);
  if (curve.server_public.empty() || curve.client_secret.empty()) return;
  curve.client_public = curve_public_key(curve.client_secret);
  draft.access.curve = std::move(curve);
}

}  // namespace

std::vector<Access::Port> ZmqAccess::ports() const { return {{"cmd_port", cmd_port}, {"evt_port", evt_port}}; }

std::string ZmqAccess::place() const {
  return "command port " + std::to_string(cmd_port) + ", event port " + std::to_string(evt_port);
}

std::string ZmqAccess::advice() const {
  return "Check that Asterisk runs and that 'zmq manager show status' there shows these ports";
}

std::vector<std::string> ZmqAccess::changes_since(const Access& before) const {
  const auto& old = dynamic_cast<const ZmqAccess&>(before);
  std::vector<std::string> changes;
  const auto compare = [&](std::string_view key, const std::string& was, const std::string& is) {
    if (is != was) changes.push_back("its " + base::change_text(key, was, is));
  };
  compare("cmd_port", std::to_string(old.cmd_port), std::to_string(cmd_port));
  compare("evt_port", std::to_string(old.evt_port), std::to_string(evt_port));
  const CurveKeys now_keys = curve.value_or(CurveKeys());
  const CurveKeys old_keys = old.curve.value_or(CurveKeys());
  compare("curve_server_key", old_keys.server_public, now_keys.server_public);
  if (now_keys.client_secret != old_keys.client_secret)
    changes.emplace_back(!curve       ? "its curve_secret_file is not set any more"
                         : !old.curve ? "its curve_secret_file is set"
                                      : "the key in its curve_secret_file is another one");
  return changes;
}

std::shared_ptr<const Access> read_access(const base::Section& section, Findings& findings) {
  Draft draft;
  for (const Setting& setting : section.settings)
    base::read_key(setting, std::span<const base::KeySpec<Draft>>(keys), draft, findings);
  base::require(section, {"cmd_port", "evt_port"}, findings);
  read_curve(section, draft, findings);
  return std::make_shared<ZmqAccess>(std::move(draft.access));
}

}  // namespace amibroker::link::zeromq
