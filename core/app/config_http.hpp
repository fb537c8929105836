// SPDX-License-Identifier: Apache-2.0
//
// `[http]`: where the daemon can be looked at by TCP.
#pragma once

#include <span>
#include <vector>

#include "core/app/config.hpp"
#include "core/base/findings.hpp"
#include "core/base/key_table.hpp"
#include "core/base/section.hpp"

namespace amibroker::app {

/// `[http]` while it is read.
struct HttpDraft {
  HttpSettings http{};
  int listen_line = 0;
  int tls_line = 0;
};

[[nodiscard]] std::span<const base::KeySpec<HttpDraft>> http_keys() noexcept;

/// Reads the section, if there is one, and the files that it names. An address that others can reach without TLS and a
/// token is a mistake.
void read_http(const std::vector<base::Section>& sections, Config& config, base::Findings& findings);

}  // namespace amibroker::app
