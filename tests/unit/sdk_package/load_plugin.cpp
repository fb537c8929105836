// SPDX-License-Identifier: Apache-2.0
//
// Loads a plugin as the daemon does, and shows it; fails where it is refused.
#include <iostream>

#include "core/host/plugin_list.hpp"

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: load_plugin FILE.so\n";
    return 2;
  }
  const amibroker::host::ListedPlugin plugin{arguments[1], amibroker::host::PluginLibrary::open(arguments[1])};
  std::cout << describe(plugin);
  return plugin.usable() ? 0 : 1;
}
