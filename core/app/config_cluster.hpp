// SPDX-License-Identifier: Apache-2.0
//
// `[cluster]`: this broker among those of other sites.
#pragma once

#include <span>
#include <vector>

#include "core/app/config.hpp"
#include "core/base/findings.hpp"
#include "core/base/key_table.hpp"
#include "core/base/section.hpp"

namespace amibroker::app {

/// `[cluster]` while it is read.
struct ClusterDraft {
  cluster::Settings settings{};
};

[[nodiscard]] std::span<const base::KeySpec<ClusterDraft>> cluster_keys() noexcept;

/// Reads the section, if there is one, and the files that it names. To be called after the plugins were read: those
/// that run apart have no bus, which is worth a warning.
void read_cluster(const std::vector<base::Section>& sections, Config& config, base::Findings& findings);

}  // namespace amibroker::app
