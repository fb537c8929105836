// SPDX-License-Identifier: Apache-2.0
//
// What the faulty plugins have in common: a plugin without fault, and its descriptor, of which each spoils one thing.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "amibroker/plugin.hpp"

namespace amibroker::faulty {

/// Counts what it gets, as counter `events`, and what was lost, as counter `lost_events`; reports what it knows of
/// the servers.
class Plain : public Plugin {
 public:
  void start(Host& host) override {
    host_ = &host;
    host.subscribe("Probe");
  }
  void on_event(ServerId, const Message&) override { ++host_->counter("events"); }
  void on_events_lost(ServerId, std::uint64_t count) override {
    if (host_ != nullptr) host_->counter("lost_events") += count;
  }
  void on_report() override {
    if (host_ == nullptr) return;
    std::string text = "is well";
    for (const ServerInfo& server : host_->servers()) {
      text.append("; ").append(server.section);
      append(text, " zones", server.zones);
      append(text, " include", server.include);
      append(text, " exclude", server.exclude);
    }
    host_->log(Level::info, text);
  }

 private:
  static void append(std::string& text, const char* what, std::span<const std::string_view> list) {
    if (!list.empty()) text.append(what);
    for (const std::string_view item : list) text.append(" ").append(item);
  }

 protected:
  Host* host_ = nullptr;  // null if a faulty plugin has a start of its own
};

constexpr PluginDescriptor sound_descriptor(const char* name) {
  return {sizeof(PluginDescriptor),    abi_version, build_fingerprint, name, "1.0", "A plugin", nullptr, 0,
          &detail::Calls<Plain>::table};
}

}  // namespace amibroker::faulty

/// Exports a descriptor that the constexpr function `make` returns.
#define EXPORT_DESCRIPTOR(make)                                                                       \
  extern "C" {                                                                                        \
  extern const ::amibroker::PluginDescriptor amibroker_plugin __attribute__((visibility("default"))); \
  const ::amibroker::PluginDescriptor amibroker_plugin = make;                                        \
  }
