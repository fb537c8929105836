// SPDX-License-Identifier: Apache-2.0
#include "core/app/config_curve.hpp"

#include <string_view>
#include <utility>

#include "core/base/secret_file.hpp"
#include "core/base/text.hpp"
#include "core/link/curve_keys.hpp"

namespace amibroker::app {
namespace {

/// Both keys or none.
bool is_complete(int server_key_line, int secret_file_line, base::Findings& findings) {
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

/// Empty, with an error, where it is none.
std::string server_key(const std::string& key, int line, base::Findings& findings) {
  if (link::is_curve_key(key)) return key;
  findings.error(line, "curve_server_key = " + base::in_quotes(key) +
                           ": write the public key of the server's module, 40 characters; it stands in the file "
                           "NAME.public that zmq-ami-broker --make-keys NAME made for that server");
  return {};
}

/// Empty, with an error, where the file holds none.
std::string secret_key(const std::string& path, int line, base::Findings& findings) {
  if (path.empty()) {
    findings.error(line, "curve_secret_file is empty: write the name of the file with the broker's secret key");
    return {};
  }
  base::SecretFile file = base::read_secret_file(path, findings.folder);
  if (!file.warning.empty()) findings.warning(line, "curve_secret_file: " + file.warning);
  if (file.error.empty() && !link::is_curve_key(file.text))
    file.error = base::secret_path(path, findings.folder) +
                 " holds no key, which is one line of 40 characters; name the file NAME.secret that zmq-ami-broker "
                 "--make-keys NAME made";
  if (file.error.empty()) return std::move(file.text);
  findings.error(line, "curve_secret_file: " + file.error);
  return {};
}

}  // namespace

void read_curve(const base::Section& section, ServerDraft& draft, base::Findings& findings) {
  const int server_key_line = base::line_of(section, "curve_server_key");
  const int secret_file_line = base::line_of(section, "curve_secret_file");
  if (server_key_line == 0 && secret_file_line == 0) return;
  if (!is_complete(server_key_line, secret_file_line, findings)) return;
  if (!link::has_curve()) {
    findings.error(server_key_line,
                   "curve_server_key: the libzmq of this machine was built without CURVE; install one that has it "
                   "(Debian's libzmq5 does), or take curve_server_key and curve_secret_file out");
    return;
  }
  link::CurveKeys keys;
  keys.server_public = server_key(draft.curve_server_key, server_key_line, findings);
  keys.client_secret = secret_key(draft.curve_secret_file, secret_file_line, findings);
  if (keys.server_public.empty() || keys.client_secret.empty()) return;
  keys.client_public = link::curve_public_key(keys.client_secret);
  draft.server.zmq.curve = std::move(keys);
}

}  // namespace amibroker::app
