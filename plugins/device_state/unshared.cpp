// SPDX-License-Identifier: Apache-2.0
#include "plugins/device_state/unshared.hpp"

#include <algorithm>
#include <utility>

#include "plugins/replication/name_rules.hpp"

namespace amibroker::device_state {
namespace {

constexpr std::string_view custom = "Custom:";

const char* explanation(NotShared reason) noexcept {
  switch (reason) {
    case NotShared::no:
    case NotShared::other_provider: return "";
    case NotShared::other_case:
      return "what the dialplan sets is called Custom: with a capital C. Write it so in the hints of all servers";
    case NotShared::template_form:
      return "its name has the form of `name_template`, so it counts as what another server's device is called. Rename "
             "it on all servers, or begin `name_template` with a text that no other name begins with, such as "
             "Custom:phone_{technology}-{name}";
    case NotShared::slash:
      return "Asterisk forgets what stands before a slash when it restarts. Call it something without a slash on all "
             "servers";
  }
  return "";
}

}  // namespace

NotShared why_not_shared(std::string_view device, const NameTemplate& names) {
  const std::string_view provider = device.substr(0, custom.size());
  if (!same_name(provider, custom)) return NotShared::other_provider;
  if (provider != custom) return NotShared::other_case;
  if (!names.technology_in(device).empty()) return NotShared::template_form;
  return device.find('/') == std::string_view::npos ? NotShared::no : NotShared::slash;
}

void UnsharedLog::add(ServerId server, std::string_view device, NotShared reason) {
  if (reason == NotShared::no || reason == NotShared::other_provider) return;
  const std::string_view name = replication::for_log(device);
  if (told_.contains(name) || distributor_.shows(device)) return;
  const auto is_of_it = [server](const Entry& entry) { return entry.server == server; };
  if (std::count_if(waiting_.begin(), waiting_.end(), is_of_it) >= most_waiting) return;
  const auto is_it = [name](const Entry& entry) { return entry.device == name; };
  if (std::any_of(waiting_.begin(), waiting_.end(), is_it)) return;
  waiting_.push_back({server, std::string(name), reason});
  if (timer_ == 0) timer_ = host_.after(delay, [this] { tell(); });
}

void UnsharedLog::retire(ServerId server) {
  std::erase_if(told_, [server](const auto& told) { return told.second == server; });
  warned_.erase(server);
}

void UnsharedLog::tell() {
  timer_ = 0;
  for (const Entry& entry : std::exchange(waiting_, {})) {
    if (distributor_.shows(entry.device) || host_.servers()[entry.server].retired) continue;
    using Answer = replication::WarnedNames::Answer;
    const Answer answer = told_.contains(entry.device) ? Answer::silent : warned_[entry.server].ask(entry.device);
    if (answer == Answer::silent) continue;
    told_.emplace(entry.device, entry.server);
    host_.log(Level::warning, replication::server_label(host_, entry.server) + ": \"" + entry.device +
                                  "\" is not shared: " + explanation(entry.reason) +
                                  ". If it is meant to be that server's alone, add it to `exclude`" +
                                  (answer == Answer::warn_last ? "; further such names are not mentioned" : ""));
  }
}

}  // namespace amibroker::device_state
