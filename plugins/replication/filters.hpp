// SPDX-License-Identifier: Apache-2.0
//
// Which names of which server are distributed.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "amibroker/host.hpp"
#include "plugins/replication/types.hpp"

namespace amibroker::replication {

/// Globs (fnmatch(3): `*`, `?`, `[a-z]`; `*` matches `/`, too) of the plugin and of each server. A name passes if
/// both the plugin's and the server's patterns let it: it matches one of `include`, or `include` is empty, and it
/// matches none of `exclude`.
///
/// A pattern that matched nothing for a day, while its server said something, has one line in the log. Lives until
/// Plugin::stop. Loop's thread.
class Filters {
 public:
  /// Whether a pattern of a server's section may be meant for the names of this plugin: all plugins share these.
  using Concerns = bool (*)(std::string_view pattern) noexcept;

  /// Reads the plugin's options `include` and `exclude`, and those of the servers' sections.
  Filters(Host& host, Concerns concerns);
  ~Filters() { host_.cancel(timer_); }
  Filters(const Filters&) = delete;
  Filters& operator=(const Filters&) = delete;

  /// Reads again what a server's section says; the server may be new. False if nothing is different.
  bool update(const ServerInfo& server);
  /// The server is retired: nothing of it passes, and its patterns are given back.
  void retire(ServerId server);

  /// Whether a device or presentity of this server is distributed. `name` as the server calls it.
  [[nodiscard]] bool pass(ServerId server, std::string_view name);

  static constexpr std::chrono::hours unused_for{24};
  static constexpr std::chrono::hours look_every{1};

 private:
  struct Glob {
    std::string text;
    bool settled = false;  ///< it matched a name, or the log says that it did not
    friend bool operator==(const Glob& a, const Glob& b) { return a.text == b.text; }
  };
  using Globs = std::vector<Glob>;
  struct Patterns {
    Globs include;
    Globs exclude;
    TimePoint since{};
    bool heard = false;  ///< names were compared with them
    [[nodiscard]] bool empty() const noexcept { return include.empty() && exclude.empty(); }
    [[nodiscard]] bool pass(const char* name);
  };
  [[nodiscard]] Patterns patterns_of(std::span<const std::string_view> include,
                                     std::span<const std::string_view> exclude) const;
  void report_unused();
  void report_unused(Patterns& patterns, const std::string& whose, Concerns concerns);

  Host& host_;
  Concerns concerns_;
  Patterns everywhere_;
  std::vector<Patterns> servers_;
  std::string name_;  ///< used again: fnmatch wants a closing zero
  TimerId timer_ = 0;
};

}  // namespace amibroker::replication
