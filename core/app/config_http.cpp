// SPDX-License-Identifier: Apache-2.0
#include "core/app/config_http.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "core/base/secret_file.hpp"
#include "core/base/text.hpp"
#include "core/base/values.hpp"
#include "core/control/web_listener.hpp"

namespace amibroker::app {
namespace {

constexpr std::size_t shortest_token = 16;
constexpr std::string_view form = "write an address and a port, as in 127.0.0.1:9477 or [::1]:9477";

void read_listen(const base::Setting& entry, HttpDraft& draft, base::Findings& findings) {
  if (!base::check_one_line(entry, findings) || entry.value.empty()) return;
  draft.listen_line = entry.line;
  const std::size_t colon = entry.value.rfind(':');
  std::string host = entry.value.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string::npos) host.clear();  // IPv6 without brackets: which part is the port?
  if (base::lower(host) == "localhost") host = "127.0.0.1";
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(host, error);
  const auto port = base::parse_number(colon == std::string::npos ? "" : entry.value.substr(colon + 1));
  if (error || !port || *port < 1 || *port > 65535)
    return findings.error(entry.line, "listen = " + base::in_quotes(entry.value) + ": " + std::string(form));
  draft.http.address = address.to_string();
  draft.http.port = static_cast<std::uint16_t>(*port);
}

bool is_host_name(std::string_view text) {
  return !text.empty() && text.size() <= 253 &&
         std::all_of(text.begin(), text.end(), [](char c) { return base::is_word_character(c) || c == '.'; });
}

void read_allow_hosts(const base::Setting& entry, HttpDraft& draft, base::Findings& findings) {
  base::read_list(entry, is_host_name, " is no host name: write names without port, and commas between them",
                  draft.http.allow_hosts, findings);
  for (std::string& name : draft.http.allow_hosts) name = base::lower(name);
}

void read_token_file(const base::Setting& entry, HttpDraft& draft, base::Findings& findings) {
  if (!base::check_one_line(entry, findings) || entry.value.empty()) return;
  base::SecretFile file = base::read_secret_file(entry.value, findings.folder);
  if (!file.error.empty()) return findings.error(entry.line, "token_file: " + file.error);
  if (!file.warning.empty()) findings.warning(entry.line, "token_file: " + file.warning);
  if (file.text.size() < shortest_token)
    return findings.error(entry.line,
                          "token_file: the token has less than 16 characters, so it can be guessed; make one with "
                          "openssl rand -hex 24");
  draft.http.token = std::move(file.text);
}

void read_file(const base::Setting& entry, std::string& file, HttpDraft& draft, base::Findings& findings) {
  if (!base::check_one_line(entry, findings) || entry.value.empty()) return;
  file = base::secret_path(entry.value, findings.folder);
  draft.tls_line = entry.line;
}

constexpr base::KeySpec<HttpDraft> http_table[] = {
    {"listen", read_listen},
    {"allow_hosts", read_allow_hosts},
    {"token_file", read_token_file},
    {"tls_certificate",
     [](const base::Setting& e, HttpDraft& d, base::Findings& f) { read_file(e, d.http.tls_certificate, d, f); }},
    {"tls_key", [](const base::Setting& e, HttpDraft& d, base::Findings& f) { read_file(e, d.http.tls_key, d, f); }},
    {"board",
     [](const base::Setting& e, HttpDraft& d, base::Findings& f) {
       if (base::check_one_line(e, f) && !e.value.empty()) d.http.board = base::path_in(f.folder, e.value);
     }},
};

void check_tls(const HttpDraft& draft, base::Findings& findings) {
  const HttpSettings& http = draft.http;
  if (http.tls_certificate.empty() && http.tls_key.empty()) return;
  if (http.tls_certificate.empty() || http.tls_key.empty())
    return findings.error(draft.tls_line, "tls_certificate and tls_key belong together: one of them is missing");
  try {
    static_cast<void>(control::make_tls(http.tls_certificate, http.tls_key));
  } catch (const std::runtime_error& error) {
    findings.error(draft.tls_line, std::string("TLS cannot be used: ") + error.what());
  }
}

/// Whoever reaches it sees who calls whom, and when.
void check_reach(const HttpDraft& draft, const base::Section& section, base::Findings& findings) {
  if (draft.http.port == 0 || boost::asio::ip::make_address(draft.http.address).is_loopback()) return;
  std::string missing;
  for (const auto* const key : {"tls_certificate", "tls_key", "token_file"})
    if (base::line_of(section, key) == 0) missing += (missing.empty() ? "" : ", ") + std::string(key);
  if (!missing.empty())
    findings.error(draft.listen_line,
                   "listen: others can reach this address, so it needs tls_certificate, tls_key and token_file; "
                   "missing: " +
                       missing);
}

}  // namespace

std::span<const base::KeySpec<HttpDraft>> http_keys() noexcept { return http_table; }

void read_http(const std::vector<base::Section>& sections, Config& config, base::Findings& findings) {
  for (const base::Section& section : sections) {
    if (section.name != "http") continue;
    HttpDraft draft;
    base::read_keys(section, http_keys(), draft, findings);
    check_tls(draft, findings);
    check_reach(draft, section, findings);
    config.http = std::move(draft.http);
  }
}

}  // namespace amibroker::app
