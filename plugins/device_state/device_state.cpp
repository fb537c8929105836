// SPDX-License-Identifier: Apache-2.0
#include "plugins/device_state/device_state.hpp"

#include <string>

#include "plugins/device_state/devices.hpp"

namespace amibroker::device_state {

using replication::count;

void DeviceState::start(Host& host) {
  host_ = &host;
  events_ = &host.counter("events");
  ignored_events_ = &host.counter("ignored_events");
  bad_events_ = &host.counter("bad_events");
  distributor_.emplace(
      host, replication::Medium{"DEVICE_STATE(", "Custom:", "func_devstate.so", "max_devices"},
      static_cast<std::size_t>(host.options().integer("max_devices")));
  host.subscribe("DeviceStateChange");
}

void DeviceState::on_event(ServerId server, const Message& message) {
  if (!distributor_ || !same_name(message.event(), "DeviceStateChange")) return;
  count(*events_);
  const std::string_view device = message["Device"];
  const std::string_view state = message["State"];
  if (!is_native(device) || state == "UNKNOWN") return count(*ignored_events_);
  if (device.empty() || !is_state(state)) return count(*bad_events_);
  if (host_->verbose())
    host_->log(Level::info, distributor_->server_label(server)
                                .append(": ")
                                .append(replication::for_log(device))
                                .append(" is ")
                                .append(state));
  distributor_->changed_at_origin(server, device, distributor_->value(state));
}

void DeviceState::on_server_up(ServerId server) {
  if (distributor_) distributor_->server_up(server);
}

void DeviceState::on_server_down(ServerId server) {
  if (distributor_) distributor_->server_down(server);
}

void DeviceState::stop() { distributor_.reset(); }

}  // namespace amibroker::device_state
