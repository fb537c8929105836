// SPDX-License-Identifier: Apache-2.0
#include "core/host/plugin_name.hpp"

#include "core/base/values.hpp"

namespace amibroker::host {

bool is_plugin_name(std::string_view name) noexcept {
  const std::string_view library = library_of(name);
  return base::is_identifier(library) &&
         (library.size() == name.size() || base::is_identifier(name.substr(library.size() + 1), longest_instance_name));
}

}  // namespace amibroker::host
