// SPDX-License-Identifier: Apache-2.0
#include "core/app/config_cluster.hpp"

#include <algorithm>
#include <fstream>
#include <string>

#include "core/app/config_values.hpp"
#include "core/base/address.hpp"
#include "core/base/nearest.hpp"
#include "core/base/secret_file.hpp"
#include "core/base/text.hpp"
#include "core/base/values.hpp"
#include "core/bus/subjects.hpp"
#include "core/host/apart_check.hpp"

namespace amibroker::app {
namespace {

constexpr std::string_view url_form = "write nats://HOST:PORT or tls://HOST:PORT, as in tls://hub-1.example.net:4222";
constexpr std::size_t most_urls = 20;

/// Why a text is no URL of the engine; empty, and `url` is set, if it is one.
std::string read_one_url(std::string_view text, cluster::Url& url) {
  const std::size_t scheme_end = text.find("://");
  const std::string scheme = base::lower(text.substr(0, scheme_end));
  if (scheme_end == text.npos || (scheme != "nats" && scheme != "tls")) return std::string(url_form);
  url.tls = scheme == "tls";
  std::string_view rest = text.substr(scheme_end + 3);
  if (rest.find('@') != rest.npos)
    return "a user and a password do not belong into a URL, which logs show: write them into credentials_file";
  const std::size_t bracket = rest.rfind(']');
  const std::size_t colon = rest.find(':', bracket == rest.npos ? 0 : bracket);
  std::string_view host = rest.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  base::Address address = base::parse_address(host);
  if (!address.error.empty()) return address.error + "; " + std::string(url_form);
  url.host = std::move(address.text);
  if (url.tls && base::is_numeric_address(url.host))
    return "with tls:// write the name of the server that its certificate has, not its address";
  if (colon == rest.npos) return {};
  const auto port = base::parse_number(rest.substr(colon + 1));
  if (!port || *port < 1 || *port > 65535) return "its port is no number from 1 to 65535; " + std::string(url_form);
  url.port = static_cast<std::uint16_t>(*port);
  return {};
}

void read_urls(const base::Setting& entry, ClusterDraft& draft, base::Findings& findings) {
  const auto items = base::split_list(entry.value);
  if (items.empty()) return findings.error(entry.line, "url is empty: " + std::string(url_form));
  for (const std::string_view item : items) {
    cluster::Url url;
    if (const std::string why = read_one_url(item, url); !why.empty())
      findings.error(entry.line, "url: " + base::in_quotes(item) + ": " + why);
    else if (std::find(draft.settings.urls.begin(), draft.settings.urls.end(), url) != draft.settings.urls.end())
      findings.error(entry.line, "url: " + base::in_quotes(item) + " is there twice: delete one of the two");
    else draft.settings.urls.push_back(std::move(url));
  }
  if (draft.settings.urls.size() > most_urls) findings.error(entry.line, "url: 20 servers are the most");
}

void read_token(const base::Setting& entry, std::string& token, base::Findings& findings) {
  if (!base::check_one_line(entry, findings)) return;
  if (cluster::is_token(entry.value)) token = entry.value;
  else
    findings.error(entry.line, entry.key + " = " + base::in_quotes(entry.value) +
                                   ": write 1 to 40 of A-Z, a-z, 0-9, \"_\" and \"-\"");
}

void read_file(const base::Setting& entry, std::string& file, base::Findings& findings) {
  if (!base::check_one_line(entry, findings)) return;
  file = base::secret_path(entry.value, findings.folder);
  if (entry.value.empty() || !base::is_readable_file(file))
    findings.error(entry.line, entry.key + " = " + base::in_quotes(entry.value) +
                                   " is no file that can be read: name a PEM file that the daemon may read");
}

void read_key_file(const base::Setting& entry, ClusterDraft& draft, base::Findings& findings) {
  read_file(entry, draft.settings.access.tls_key, findings);
  const auto warning = base::warning_of_open_file(draft.settings.access.tls_key);
  if (!warning.empty()) findings.warning(entry.line, "tls_key: " + warning);
}

/// A file of NATS' own kind, which libnats reads.
bool is_made_by_nsc(const std::string& path) {
  constexpr std::size_t most = 16 * 1024;
  if (!base::is_readable_file(path)) return false;
  std::string text(most, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  return text.find("-----BEGIN NATS USER JWT-----") != text.npos;
}

void read_credentials(const base::Setting& entry, ClusterDraft& draft, base::Findings& findings) {
  if (!base::check_one_line(entry, findings)) return;
  cluster::Access& access = draft.settings.access;
  const std::string path = base::secret_path(entry.value, findings.folder);
  if (is_made_by_nsc(path)) {
    access.credentials = path;
    const auto warning = base::warning_of_open_file(path);
    if (!warning.empty()) findings.warning(entry.line, "credentials_file: " + warning);
    return;
  }
  base::SecretFile file = base::read_secret_file(entry.value, findings.folder);
  if (!file.error.empty()) return findings.error(entry.line, "credentials_file: " + file.error);
  if (!file.warning.empty()) findings.warning(entry.line, "credentials_file: " + file.warning);
  const std::size_t colon = file.text.find(':');
  access.user = file.text.substr(0, colon);
  access.password = colon == std::string::npos ? "" : file.text.substr(colon + 1);
  if (access.user.empty() || access.password.empty())
    findings.error(entry.line,
                   "credentials_file: write one line USER:PASSWORD into it, or name a file that nsc made (*.creds)");
}

void read_lost_after(const base::Setting& entry, ClusterDraft& draft, base::Findings& findings) {
  if (const auto number = base::read_number(entry, 10, 86'400, " seconds", findings))
    draft.settings.lost_after = std::chrono::seconds(*number);
}

void read_globs(const base::Setting& entry, std::vector<std::string>& globs, base::Findings& findings) {
  base::read_list(entry, is_glob, " holds a tab: delete it, and write commas between globs", globs, findings);
}

void read_show(const base::Setting& entry, ClusterDraft& draft, base::Findings& findings) {
  constexpr std::string_view words[] = {"all", "hinted"};
  if (!base::check_one_line(entry, findings)) return;
  const std::string word = base::lower(entry.value);
  if (std::find(std::begin(words), std::end(words), word) == std::end(words))
    return findings.error(entry.line, "show = " + base::in_quotes(entry.value) + ": write all or hinted" +
                                          base::did_you_mean(word, words));
  draft.settings.hinted = word == "hinted";
}

constexpr base::KeySpec<ClusterDraft> cluster_table[] = {
    {"url", read_urls},
    {"site", [](const base::Setting& e, ClusterDraft& d, base::Findings& f) { read_token(e, d.settings.site, f); }},
    {"fleet", [](const base::Setting& e, ClusterDraft& d, base::Findings& f) { read_token(e, d.settings.fleet, f); }},
    {"tls_ca",
     [](const base::Setting& e, ClusterDraft& d, base::Findings& f) { read_file(e, d.settings.access.tls_ca, f); }},
    {"tls_cert",
     [](const base::Setting& e, ClusterDraft& d, base::Findings& f) { read_file(e, d.settings.access.tls_cert, f); }},
    {"tls_key", read_key_file},
    {"credentials_file", read_credentials},
    {"lost_after", read_lost_after},
    {"share", [](const base::Setting& e, ClusterDraft& d, base::Findings& f) { read_globs(e, d.settings.share, f); }},
    {"accept", [](const base::Setting& e, ClusterDraft& d, base::Findings& f) { read_globs(e, d.settings.accept, f); }},
    {"show", read_show},
};

void check_tls(const base::Section& section, const cluster::Settings& settings, base::Findings& findings) {
  const int cert = base::line_of(section, "tls_cert");
  const int key = base::line_of(section, "tls_key");
  if ((cert == 0) != (key == 0))
    findings.error(std::max(cert, key), "tls_cert and tls_key belong together: one of them is missing");
  for (const cluster::Url& url : settings.urls) {
    if (url.tls) continue;
    base::forbid(section, {"tls_ca", "tls_cert", "tls_key"}, "tls:// in each url", findings);
    return;
  }
}

/// Whoever is in between could read it, and say things in our name.
void warn_of_plain(const base::Section& section, const cluster::Settings& settings, base::Findings& findings) {
  for (const cluster::Url& url : settings.urls) {
    if (url.tls || url.host == "localhost" || url.host == "::1" || url.host.starts_with("127.")) continue;
    findings.warning(
        base::line_of(section, "url"),
        "url: " + url.text() +
            " is another machine, and nothing on the way to it is encrypted, the password included: use tls://");
    return;
  }
}

void warn_of_isolated(const Config& config, base::Findings& findings) {
  for (const host::PluginConfig& plugin : config.plugins)
    if (plugin.enabled && host::runs_apart(plugin))
      findings.warning(plugin.line, "plugin " + plugin.name +
                                        ": isolate = yes keeps it from the bus of [cluster], so it knows nothing of "
                                        "other sites");
}

}  // namespace

std::span<const base::KeySpec<ClusterDraft>> cluster_keys() noexcept { return cluster_table; }

void read_cluster(const std::vector<base::Section>& sections, Config& config, base::Findings& findings) {
  for (const base::Section& section : sections) {
    if (section.name != "cluster") continue;
    ClusterDraft draft;
    base::read_keys(section, cluster_keys(), draft, findings);
    base::require(section, {"url", "site"}, findings);
    check_tls(section, draft.settings, findings);
    warn_of_plain(section, draft.settings, findings);
    warn_of_isolated(config, findings);
    config.cluster = std::move(draft.settings);
    config.cluster_line = section.line;
  }
}

}  // namespace amibroker::app
