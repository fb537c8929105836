// SPDX-License-Identifier: Apache-2.0
#include "core/link/native/event_mask.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

namespace amibroker::link::native {
namespace {

// A line of AMI has 1,024 bytes; regcomp's cost grows with the length.
constexpr std::size_t longest_filter = 800;

using ClassOf = std::pair<std::string_view, std::string_view>;
constexpr std::string_view no_class;  // published by nobody on a manager session
constexpr std::array<ClassOf, 10> classes{{{"DeviceStateChange", "call"},
                                           {"ExtensionStatus", "call"},
                                           {"FullyBooted", "system"},
                                           {"Hangup", "call"},
                                           {"LoadZmq", no_class},
                                           {"Newchannel", "call"},
                                           {"Newstate", "call"},
                                           {"PresenceStateChange", "call"},
                                           {"Reload", "system"},
                                           {"UserEvent", "user"}}};

}  // namespace

std::string event_mask_of(const Interest& interest) {
  if (interest.all) return "on";
  std::set<std::string_view> wanted;
  for (const std::string& name : interest.names) {
    const auto known =
        std::find_if(classes.begin(), classes.end(), [&](const ClassOf& one) { return one.first == name; });
    if (known == classes.end()) return "on";
    if (known->second != no_class) wanted.insert(known->second);
  }
  if (wanted.empty()) return "off";
  std::string mask;
  for (const std::string_view one : wanted) mask.append(mask.empty() ? "" : ",").append(one);
  return mask;
}

std::vector<std::string> event_filters_of(const Interest& interest) {
  std::vector<std::string> filters;
  if (interest.all) return filters;
  std::string names;
  const auto close = [&] {
    if (!names.empty()) filters.push_back("^Event: (" + names + ")");
    names.clear();
  };
  for (const std::string& name : interest.names) {
    if (names.size() + name.size() > longest_filter) close();
    names.append(names.empty() ? "" : "|").append(name);
  }
  close();
  return filters;
}

}  // namespace amibroker::link::native
