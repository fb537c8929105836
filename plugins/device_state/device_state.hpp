// SPDX-License-Identifier: Apache-2.0
//
// The plugin device_state: what happens to a phone on one server shows on the lamps of all others.
#pragma once

#include <optional>
#include <string_view>

#include "amibroker/plugin.hpp"
#include "plugins/device_state/aggregation.hpp"
#include "plugins/device_state/name_template.hpp"
#include "plugins/device_state/unshared.hpp"
#include "plugins/replication/distributor.hpp"
#include "plugins/replication/filters.hpp"
#include "plugins/replication/options.hpp"

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
class DeviceState final : public Plugin, private replication::ListReader {
 public:
  /// `custom = yes` needs a template that makes no slashes: Asterisk makes `Custom:100` of a stored `Custom:PJSIP/100`
  /// at its restart, and nothing tells that from a device that the servers share.
  static void check_options(const Options& options, OptionReport& report);

  void start(Host& host) override;
  void on_event(ServerId server, const Message& message) override;
  void on_server_up(ServerId server) override;
  void on_server_down(ServerId server) override;
  void on_server_added(ServerId server) override;
  void on_server_changed(ServerId server) override;
  void on_server_retired(ServerId server) override;
  void on_events_lost(ServerId server, std::uint64_t count) override;
  void on_report() override;
  void stop() override;

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
  std::optional<replication::ListedState> read_item(ServerId server, const Message& item) override;
  void device_changed(ServerId server, const Message& message);
  void shown_on(ServerId server, std::string_view device, std::string_view state);
  void custom_changed(ServerId server, std::string_view device, std::string_view state);
  [[nodiscard]] std::optional<replication::ListedState> read_custom(ServerId server, std::string_view device,
                                                                    std::string_view state);
  void show(ServerId server, std::string_view device, std::string_view state) const;

  Host* host_ = nullptr;
  Counter* events_ = nullptr;
  Counter* ignored_events_ = nullptr;
  Counter* bad_events_ = nullptr;
  std::optional<NameTemplate> names_;
  bool shares_customs_ = false;
  std::optional<replication::Filters> filters_;
  std::optional<replication::Neighbours> neighbours_;
  std::optional<Aggregation> aggregation_;
  std::optional<replication::NewestWins> newest_;
  std::optional<replication::Distributor> distributor_;  ///< from start to stop
  std::optional<UnsharedLog> unshared_;                  ///< the same
};

}  // namespace amibroker::device_state
