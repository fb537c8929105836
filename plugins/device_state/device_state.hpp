// SPDX-License-Identifier: Apache-2.0
//
// The plugin device_state: what happens to a phone on one server shows on the lamps of all others.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "amibroker/replication/options.hpp"
#include "amibroker/replication/state_plugin.hpp"
#include "plugins/device_state/aggregation.hpp"
#include "plugins/device_state/name_template.hpp"
#include "plugins/device_state/unshared.hpp"

namespace amibroker::device_state {

/// Writes the state of each native device (`PJSIP/100`, `Queue:sales`, ...) to `Custom:<device>` on all other servers,
/// where a hint `PJSIP/100&Custom:PJSIP/100` shows both. If several servers know the device, each shows what the
/// others say of it together (Aggregation), or, with `aggregate = no`, what was said last.
///
/// Not distributed: devices that live only as long as a call (`Local/...` and the like); and custom devices, unless
/// `custom = yes` makes them alike on all servers (see why_not_shared for those that it leaves out).
///
/// Counters besides the Distributor's: `events`, of which `ignored_events` are not distributed for those reasons or
/// because of a filter, and `bad_events` lack a device or hold a state that Asterisk does not have.
class DeviceState final : public replication::StatePlugin {
 public:
  /// `custom = yes` needs a template that makes no slashes: Asterisk makes `Custom:100` of a stored `Custom:PJSIP/100`
  /// at its restart, and nothing tells that from a device that the servers share.
  static void check_options(const Options& options, OptionReport& report);

  static constexpr OptionSpec options[] = {
      {"max_devices", OptionType::integer, "100000", "", 1, 10'000'000,
       "most devices that are distributed; further ones are counted and reported once"},
      {"aggregate", OptionType::boolean, "yes", "", 0, 0,
       "a device that several servers know shows what they say together; no: what one of them said last"},
      {"custom", OptionType::boolean, "no", "", 0, 0,
       "keep custom devices that dialplans set (night mode, do-not-disturb lamps) equal on all servers; needs a "
       "name_template without a slash"},
      {"name_template", OptionType::text, "Custom:{device}", "", 0, 0,
       "what a device is called on the other servers, made of {device}, {technology}, {name}, {server} and {zone}; "
       "Custom:{technology}-{name} survives a restart of Asterisk"},
      AMIBROKER_REPLICATION_OPTIONS,
  };

 private:
  [[nodiscard]] replication::Medium medium() override;
  Heard state_event(ServerId server, const Message& event) override;
  std::optional<replication::ListedState> read_item(ServerId server, const Message& item) override;
  bool may_be(std::string_view shown_name, replication::Sharing sharing, std::string_view value) override;
  bool server_info(const ServerInfo& server) override;
  [[nodiscard]] const replication::Combiner& combiner(const replication::Neighbours& neighbours) override;
  [[nodiscard]] std::vector<std::string> shown_names(std::string_view name) override;
  [[nodiscard]] std::optional<replication::HintPart> hint_part(std::string_view shown_name) override;
  void started() override { unshared_.emplace(host(), distributor()); }
  void stopping() override { unshared_.reset(); }
  Heard custom_changed(ServerId server, std::string_view device, std::string_view state);
  [[nodiscard]] std::optional<replication::ListedState> read_custom(ServerId server, std::string_view device,
                                                                    std::string_view state);

  std::optional<NameTemplate> names_;
  bool shares_customs_ = false;
  std::string variant_;
  std::optional<Aggregation> aggregation_;
  std::optional<UnsharedLog> unshared_;  ///< from start to stop
};

}  // namespace amibroker::device_state
