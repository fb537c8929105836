// SPDX-License-Identifier: Apache-2.0
#include "core/link/native/access.hpp"

#include <array>
#include <utility>

#include "core/base/change_text.hpp"
#include "core/base/key_table.hpp"
#include "core/base/secret_file.hpp"
#include "core/base/text.hpp"
#include "core/base/values.hpp"

namespace amibroker::link::native {
namespace {

using base::Findings;
using base::Setting;

/// What the section has said so far; whether its keys go together is checked after the last of them.
struct Draft {
  NativeAccess access;
  bool tls = false;
  bool tls_insecure = false;
  std::string ca_file;
};

void read_secret(const Setting& setting, Draft& draft, Findings& findings) {
  base::read_text(setting, draft.access.secret, findings);
  if (findings.secret_line == 0) findings.secret_line = setting.line;
}

void read_secret_from_file(const Setting& setting, Draft& draft, Findings& findings) {
  if (!base::check_one_line(setting, findings)) return;
  base::SecretFile file = base::read_secret_file(setting.value, findings.folder);
  if (!file.error.empty()) findings.error(setting.line, "secret_file: " + file.error);
  if (!file.warning.empty()) findings.warning(setting.line, "secret_file: " + file.warning);
  draft.access.secret = std::move(file.text);
}

void read_ca_file(const Setting& setting, Draft& draft, Findings& findings) {
  if (!base::check_one_line(setting, findings)) return;
  draft.ca_file = base::path_in(findings.folder, setting.value);
  if (setting.value.empty() || !base::is_readable_file(draft.ca_file))
    findings.error(setting.line,
                   "ca_file = " + base::in_quotes(setting.value) +
                       " is no file that can be read: name a file of PEM certificates that the daemon may read");
}

constexpr std::array<base::KeySpec<Draft>, 8> table{{
    {"port", [](const Setting& s, Draft& d, Findings& f) { base::read_port(s, d.access.port, f); }},
    {"username", [](const Setting& s, Draft& d, Findings& f) { base::read_text(s, d.access.username, f); }},
    {"secret", read_secret},
    {"secret_file", read_secret_from_file},
    {"plain_login", [](const Setting& s, Draft& d, Findings& f) { base::read_boolean(s, d.access.plain_login, f); }},
    {"tls", [](const Setting& s, Draft& d, Findings& f) { base::read_boolean(s, d.tls, f); }},
    {"tls_insecure", [](const Setting& s, Draft& d, Findings& f) { base::read_boolean(s, d.tls_insecure, f); }},
    {"ca_file", read_ca_file},
}};

constexpr auto key_names = [] {
  std::array<std::string_view, table.size()> names{};
  for (std::size_t i = 0; i < table.size(); ++i) names[i] = table[i].name;
  return names;
}();

void check_secret(const base::Section& section, Findings& findings) {
  const int inline_line = base::line_of(section, "secret");
  const int file_line = base::line_of(section, "secret_file");
  if (inline_line == 0 && file_line == 0)
    findings.error(section.line, "[" + section.name + "] has neither secret_file nor secret");
  if (inline_line != 0 && file_line != 0)
    findings.error(inline_line, "secret_file in line " + std::to_string(file_line) +
                                    " names the secret already: delete one of the two");
}

void check_tls(const base::Section& section, Draft& draft, Findings& findings) {
  if (!draft.tls) return base::forbid(section, {"tls_insecure", "ca_file"}, "tls = yes", findings);
  if (draft.tls_insecure) {
    base::forbid(section, {"ca_file"}, "tls_insecure = no", findings);
    findings.warning(
        base::line_of(section, "tls_insecure"),
        "tls_insecure = yes: whoever can reach the line between can pass for this server and see everything");
  }
  draft.access.tls = TlsAccess{.verify = !draft.tls_insecure, .ca_file = std::move(draft.ca_file)};
}

}  // namespace

std::string NativeAccess::place() const { return "port " + std::to_string(port) + (tls ? ", TLS" : ""); }

std::string NativeAccess::advice() const {
  return std::string("Check that Asterisk runs and that its manager.conf has enabled = yes and this ") +
         (tls ? "tlsbindaddr with tlsenable = yes" : "port");
}

std::vector<std::string> NativeAccess::changes_since(const Access& before) const {
  const auto& old = dynamic_cast<const NativeAccess&>(before);
  std::vector<std::string> changes;
  const auto compare = [&](std::string_view key, std::string_view was, std::string_view is) {
    if (is != was) changes.push_back("its " + base::change_text(key, was, is));
  };
  compare("port", std::to_string(old.port), std::to_string(port));
  compare("username", old.username, username);
  if (secret != old.secret) changes.emplace_back("its secret is another one");
  compare("plain_login", base::yes_or_no(old.plain_login), base::yes_or_no(plain_login));
  compare("tls", base::yes_or_no(old.tls.has_value()), base::yes_or_no(tls.has_value()));
  const TlsAccess now_tls = tls.value_or(TlsAccess());
  const TlsAccess old_tls = old.tls.value_or(TlsAccess());
  compare("tls_insecure", base::yes_or_no(!old_tls.verify), base::yes_or_no(!now_tls.verify));
  compare("ca_file", old_tls.ca_file, now_tls.ca_file);
  return changes;
}

std::span<const std::string_view> access_keys() noexcept { return key_names; }

std::shared_ptr<const Access> read_access(const base::Section& section, Findings& findings) {
  Draft draft;
  for (const Setting& setting : section.settings)
    base::read_key(setting, std::span<const base::KeySpec<Draft>>(table), draft, findings);
  base::require(section, {"username"}, findings);
  check_secret(section, findings);
  check_tls(section, draft, findings);
  if (draft.tls && base::line_of(section, "port") == 0) draft.access.port = default_tls_port;
  return std::make_shared<const NativeAccess>(std::move(draft.access));
}

}  // namespace amibroker::link::native
