// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <utility>

#include "core/base/printable.hpp"
#include "core/doctor/judge.hpp"

namespace amibroker::doctor {
namespace {

constexpr std::size_t longest_name = 80;
constexpr std::size_t most_shown = 4;

std::string shown(std::string_view text) { return base::printable(text, longest_name); }

Finding system_name(const Case& patient, const Seen& seen) {
  const std::string& section = patient.server.config.section;
  const std::string line =
      "In asterisk.conf there, [options]: systemname = " + section + "; it counts from the next start of Asterisk";
  if (!seen.inside.settings.is(Reply::Kind::success))
    return {"system name", Result::unknown,
            "it does not say its system name (" +
                (seen.inside.settings.message.empty() ? "no answer" : seen.inside.settings.message) + ")",
            "write = call,system,user lets the broker ask for it"};
  const std::string& name = seen.inside.system_name;
  if (name.empty())
    return {"system name", Result::ok, "is empty, so nobody can tell which Asterisk the broker has reached",
            "Better: " + line};
  std::size_t asked = 0;
  for (const OtherSeen& other : seen.others) {
    asked += other.asked ? 1 : 0;
    if (other.asked && other.system_name == name)
      return {"system name", Result::wrong,
              "[" + other.section + "] calls itself '" + name + "', too: two with one name, or the same Asterisk twice",
              line + ", another one on each server. If both sections reach the same Asterisk, delete one of them"};
  }
  return {
      "system name", Result::ok,
      "'" + name + "'; none of " + std::to_string(asked) + " other servers has it" +
          (asked < seen.others.size() ? " (" + std::to_string(seen.others.size() - asked) + " more could not be asked)"
                                      : "")};
}

/// The lines for extensions.conf, as few as an administrator reads.
std::string lines_of(const std::vector<MissingHint>& missing) {
  std::string text;
  for (std::size_t i = 0; i < missing.size() && i < most_shown; ++i)
    text += (i == 0 ? "" : ", ") + ("`exten => " + shown(missing[i].extension) + ",hint," + shown(missing[i].devices) +
                                    "` in [" + shown(missing[i].context) + "]");
  if (missing.size() > most_shown) text += ", and so on";
  return text;
}

Finding hints(const Case& patient, const Seen& seen) {
  const std::size_t count = seen.hints.here.hints.size();
  if (!seen.inside.hint_list.is(Reply::Kind::success))
    return {"hints", Result::unknown,
            "its hints cannot be listed (" +
                (seen.inside.hint_list.message.empty() ? "no answer" : seen.inside.hint_list.message) + ")",
            "asterisk -rx 'core show hints' there shows them; each lamp needs one that names the Custom: device"};
  if (!shown_name(patient.name_template, "PJSIP/200"))
    return {"hints", Result::unknown,
            "name_template = " + patient.name_template +
                " gives each server's devices names of their own, which only "
                "the running broker knows"};
  constexpr std::size_t all = 1000;
  const auto missing = missing_hints(seen.hints, patient.name_template, all);
  if (!missing.empty()) {
    const std::string text = std::to_string(missing.size()) + (missing.size() == all ? " or more" : "") +
                             " missing: no hint names " + shown(missing.front().shown) + ", which people watch on [" +
                             missing.front().because + "]" + (missing.size() > 1 ? ", and others" : "");
    const std::string remedy = "In extensions.conf there: " + lines_of(missing) +
                               "; then asterisk -rx 'dialplan "
                               "reload'. The context is the one in which the phones subscribe (subscribe_context)";
    if (patient.server.shares_all &&
        std::all_of(seen.others.begin(), seen.others.end(), [](const OtherSeen& other) { return other.shares_all; }))
      return {"hints", Result::wrong, text, remedy};
    return {"hints", Result::unknown,
            text + ". Whether they are wanted depends on zones, include and exclude of the configuration", remedy};
  }
  if (count == 0)
    return {"hints", Result::wrong, "it has no hint at all, so no phone can watch another one",
            "In extensions.conf there, a line for each lamp: `exten => 200,hint,PJSIP/200&" +
                shown_name(patient.name_template, "PJSIP/200").value_or("") + "`; then asterisk -rx 'dialplan reload'"};
  return {"hints", Result::ok,
          std::to_string(count) + ", and none is missing for what people watch on the other servers"};
}

}  // namespace

void judge_fleet(const Case& patient, const Seen& seen, std::vector<Finding>& findings) {
  findings.push_back(system_name(patient, seen));
  if (patient.devices) findings.push_back(hints(patient, seen));
}

}  // namespace amibroker::doctor
