// SPDX-License-Identifier: Apache-2.0
//
// Which call a plugin is in, in memory that outlives the process.
#pragma once

#include <string>

#include "core/host/isolated_process.hpp"
#include "core/host/plugin_library.hpp"

namespace amibroker::host::isolated {

/// One page that a helper process writes at each call of its plugin, and that the daemon reads when the process is
/// gone.
class CallMark {
 public:
  /// For the daemon. Throws std::system_error.
  [[nodiscard]] static Descriptor make();
  /// "in on_event", "between its calls, after on_event", or "before its first call".
  [[nodiscard]] static std::string read(int mark);

  /// For the helper, once: the library, with calls that write the mark. Throws std::system_error.
  [[nodiscard]] static PluginLibrary watch(const PluginLibrary& library, int mark);
};

}  // namespace amibroker::host::isolated
