// SPDX-License-Identifier: Apache-2.0
//
// How a plugin's library shows itself to the daemon: one plain-C symbol. Plugin authors need only the macro
// AMIBROKER_PLUGIN at the end of this file. Since ABI 1; the calls about servers that come and go, and the check of
// options, since ABI 2; `options` and `save` since ABI 3.
//
// No exception leaves the library: each call into a plugin goes through one of the functions below, which is
// compiled into the plugin and turns an exception into a Fault.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <functional>
#include <new>
#include <string>

#include "amibroker/host.hpp"
#include "amibroker/options.hpp"
#include "amibroker/plugin.hpp"
#include "amibroker/version.hpp"

namespace amibroker {

/// Why a call into a plugin failed: the exception's text, cut to fit, always ended by a zero byte.
struct Fault {
  char text[256] = "";
};

/// The calls into a plugin. Each returns false if the plugin threw; `fault` then says what. Loop's thread only.
struct PluginCalls {
  bool (*check_options)(const Options& options, OptionReport& report, Fault& fault) noexcept;
  Plugin* (*create)(Fault& fault) noexcept;  ///< null if it threw
  bool (*destroy)(Plugin* plugin, Fault& fault) noexcept;
  bool (*start)(Plugin& plugin, Host& host, Fault& fault) noexcept;
  bool (*stop)(Plugin& plugin, Fault& fault) noexcept;
  bool (*event)(Plugin& plugin, ServerId server, const Message& message, Fault& fault) noexcept;
  bool (*server_up)(Plugin& plugin, ServerId server, Fault& fault) noexcept;
  bool (*server_down)(Plugin& plugin, ServerId server, Fault& fault) noexcept;
  bool (*server_added)(Plugin& plugin, ServerId server, Fault& fault) noexcept;
  bool (*server_changed)(Plugin& plugin, ServerId server, Fault& fault) noexcept;
  bool (*server_retired)(Plugin& plugin, ServerId server, Fault& fault) noexcept;
  bool (*events_lost)(Plugin& plugin, ServerId server, std::uint64_t count, Fault& fault) noexcept;
  bool (*report)(Plugin& plugin, Fault& fault) noexcept;
  bool (*options)(Plugin& plugin, const Options& options, bool& taken, Fault& fault) noexcept;
  bool (*save)(Plugin& plugin, std::string& saved, Fault& fault) noexcept;
  bool (*completion)(const Completion& done, const Reply& reply, Fault& fault) noexcept;
  bool (*task)(const std::function<void()>& task, Fault& fault) noexcept;
};

/// What the exported symbol points to. The members up to `summary` are plain C and never move: the daemon reads and
/// checks them in this order before it looks at anything else. All texts live as long as the library.
struct PluginDescriptor {
  std::uint32_t size;       ///< sizeof(PluginDescriptor) of the plugin's SDK
  std::uint32_t abi;        ///< abi_version of the plugin's SDK
  const char* fingerprint;  ///< build_fingerprint of the plugin
  const char* name;         ///< as in the configuration; [a-z0-9_]
  const char* version;      ///< the plugin's own
  const char* summary;      ///< one line for --list-plugins
  const OptionSpec* options;
  std::size_t option_count;
  const PluginCalls* calls;
};

/// Name of the exported symbol: `extern "C" const PluginDescriptor amibroker_plugin`.
inline constexpr char plugin_symbol[] = "amibroker_plugin";

namespace detail {

/// Runs `work`, and turns whatever it throws into a Fault.
template <typename Work>
bool contain(Fault& fault, Work&& work) noexcept {
  try {
    work();
    return true;
  } catch (const std::exception& e) {
    std::strncpy(fault.text, e.what(), sizeof fault.text - 1);
  } catch (...) {
    std::strncpy(fault.text, "an exception that is not a std::exception", sizeof fault.text - 1);
  }
  return false;
}

/// The functions of PluginCalls for one class of plugin.
template <typename P>
struct Calls {
  static bool check_options(const Options& options, OptionReport& report, Fault& fault) noexcept {
    return contain(fault, [&] {
      if constexpr (requires { P::check_options(options, report); }) P::check_options(options, report);
    });
  }
  static Plugin* create(Fault& fault) noexcept {
    P* plugin = nullptr;
    contain(fault, [&] { plugin = new P; });
    return plugin;
  }
  static bool destroy(Plugin* plugin, Fault& fault) noexcept {
    return contain(fault, [&] { delete plugin; });
  }
  static bool start(Plugin& plugin, Host& host, Fault& fault) noexcept {
    return contain(fault, [&] { plugin.start(host); });
  }
  static bool stop(Plugin& plugin, Fault& fault) noexcept {
    return contain(fault, [&] { plugin.stop(); });
  }
  static bool event(Plugin& plugin, ServerId server, const Message& message, Fault& fault) noexcept {
    return contain(fault, [&] { plugin.on_event(server, message); });
  }
  static bool server_up(Plugin& plugin, ServerId server, Fault& fault) noexcept {
    return contain(fault, [&] { plugin.on_server_up(server); });
  }
  static bool server_down(Plugin& plugin, ServerId server, Fault& fault) noexcept {
    return contain(fault, [&] { plugin.on_server_down(server); });
  }
  static bool server_added(Plugin& plugin, ServerId server, Fault& fault) noexcept {
    return contain(fault, [&] { plugin.on_server_added(server); });
  }
  static bool server_changed(Plugin& plugin, ServerId server, Fault& fault) noexcept {
    return contain(fault, [&] { plugin.on_server_changed(server); });
  }
  static bool server_retired(Plugin& plugin, ServerId server, Fault& fault) noexcept {
    return contain(fault, [&] { plugin.on_server_retired(server); });
  }
  static bool events_lost(Plugin& plugin, ServerId server, std::uint64_t count, Fault& fault) noexcept {
    return contain(fault, [&] { plugin.on_events_lost(server, count); });
  }
  static bool report(Plugin& plugin, Fault& fault) noexcept {
    return contain(fault, [&] { plugin.on_report(); });
  }
  static bool options(Plugin& plugin, const Options& options, bool& taken, Fault& fault) noexcept {
    return contain(fault, [&] { taken = plugin.on_options(options); });
  }
  static bool save(Plugin& plugin, std::string& saved, Fault& fault) noexcept {
    return contain(fault, [&] { saved = plugin.save(); });
  }
  static bool completion(const Completion& done, const Reply& reply, Fault& fault) noexcept {
    return contain(fault, [&] { done(reply); });
  }
  static bool task(const std::function<void()>& task, Fault& fault) noexcept {
    return contain(fault, [&] { task(); });
  }
  static constexpr PluginCalls table{
      check_options,  create,         destroy,     start,  stop,    event, server_up,  server_down, server_added,
      server_changed, server_retired, events_lost, report, options, save,  completion, task};
};

}  // namespace detail
}  // namespace amibroker

#define AMIBROKER_EXPORT_(type, name, version, summary, options, option_count)                        \
  extern "C" {                                                                                        \
  extern const ::amibroker::PluginDescriptor amibroker_plugin __attribute__((visibility("default"))); \
  const ::amibroker::PluginDescriptor amibroker_plugin = {sizeof(::amibroker::PluginDescriptor),      \
                                                          ::amibroker::abi_version,                   \
                                                          ::amibroker::build_fingerprint,             \
                                                          name,                                       \
                                                          version,                                    \
                                                          summary,                                    \
                                                          options,                                    \
                                                          option_count,                               \
                                                          &::amibroker::detail::Calls<type>::table};  \
  }

/// Makes `type` (a default-constructible class derived from amibroker::Plugin) the plugin of this library. Once a
/// library, at namespace scope.
#define AMIBROKER_PLUGIN(type, name, version, summary) AMIBROKER_EXPORT_(type, name, version, summary, nullptr, 0)

/// The same for a plugin with options: `options` is an array of amibroker::OptionSpec with static storage.
#define AMIBROKER_PLUGIN_WITH_OPTIONS(type, name, version, summary, options) \
  AMIBROKER_EXPORT_(type, name, version, summary, options, sizeof(options) / sizeof((options)[0]))
