// SPDX-License-Identifier: Apache-2.0
//
// Rows of texts as a table for a terminal.
#pragma once

#include <string>
#include <vector>

namespace amibroker::ctl {

/// Columns as wide as their longest cell, two blanks between them; the last one is not filled up. The first row is the
/// head. Cells are made fit for a terminal: names come from servers.
[[nodiscard]] std::string table_text(const std::vector<std::vector<std::string>>& rows);

}  // namespace amibroker::ctl
