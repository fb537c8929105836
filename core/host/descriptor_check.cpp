// SPDX-License-Identifier: Apache-2.0
#include "core/host/descriptor_check.hpp"

#include <cstring>
#include <string_view>

#include "core/base/printable.hpp"
#include "core/base/values.hpp"
#include "core/host/option_table.hpp"

namespace amibroker::host {
namespace {

constexpr std::size_t longest_text = 200;

bool is_bounded(const char* text) noexcept {
  return text != nullptr && ::strnlen(text, longest_text + 1) <= longest_text;
}

std::string in_quotes(std::string_view text) { return '"' + base::printable(text, longest_text) + '"'; }

bool has_all_calls(const PluginCalls& calls) noexcept {
  return calls.check_options != nullptr && calls.create != nullptr && calls.destroy != nullptr &&
         calls.start != nullptr && calls.stop != nullptr && calls.event != nullptr && calls.server_up != nullptr &&
         calls.server_down != nullptr && calls.server_added != nullptr && calls.server_changed != nullptr &&
         calls.server_retired != nullptr && calls.events_lost != nullptr && calls.report != nullptr &&
         calls.options != nullptr && calls.save != nullptr && calls.completion != nullptr && calls.task != nullptr;
}

/// What is wrong with the members that the macro's user wrote, or that only a hand-made descriptor can have wrong.
std::optional<std::string> fault_of_content(const PluginDescriptor& descriptor) {
  if (!is_bounded(descriptor.name) || !base::is_identifier(descriptor.name))
    return "it has no name of [a-z0-9_], 1 to 40 characters";
  if (!is_bounded(descriptor.version)) return "it has no version, or one of more than 200 characters";
  if (!is_bounded(descriptor.summary)) return "it has no summary, or one of more than 200 characters";
  if (auto fault = fault_of_table(descriptor.options, descriptor.option_count)) return fault;
  if (descriptor.calls == nullptr) return "it has no table of calls";
  if (!has_all_calls(*descriptor.calls)) return "its table of calls has gaps";
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> check_descriptor(const PluginDescriptor& descriptor, const std::filesystem::path& file) {
  if (descriptor.size != sizeof(PluginDescriptor) || descriptor.abi != abi_version)
    return Refusal{RefusalReason::other_abi,
                   file.string() + " was built with another SDK: plugin ABI " + std::to_string(descriptor.abi) +
                       " (descriptor of " + std::to_string(descriptor.size) + " bytes), and this daemon has ABI " +
                       std::to_string(abi_version) + " (" + std::to_string(sizeof(PluginDescriptor)) +
                       " bytes); build it again with this daemon's SDK"};
  if (!is_bounded(descriptor.fingerprint) || std::strcmp(descriptor.fingerprint, build_fingerprint) != 0)
    return Refusal{RefusalReason::other_compiler,
                   file.string() + " was built with another compiler: " +
                       (is_bounded(descriptor.fingerprint) ? in_quotes(descriptor.fingerprint) : "an unknown one") +
                       ", and this daemon with " + in_quotes(build_fingerprint) +
                       "; build it again with the daemon's compiler"};
  if (const auto fault = fault_of_content(descriptor))
    return Refusal{RefusalReason::bad_descriptor,
                   file.string() + " describes itself wrongly: " + *fault +
                       "; correct it at the line of its source that says AMIBROKER_PLUGIN"};
  if (file.stem() != descriptor.name)
    return Refusal{RefusalReason::other_name, file.string() + " holds the plugin " + in_quotes(descriptor.name) +
                                                  ", not " + in_quotes(file.stem().string()) + "; name the file " +
                                                  descriptor.name + ".so"};
  return std::nullopt;
}

}  // namespace amibroker::host
