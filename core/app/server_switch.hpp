// SPDX-License-Identifier: Apache-2.0
//
// Servers that an administrator adds and drops by hand, until the next reload.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/app/background.hpp"
#include "core/app/live_config.hpp"

namespace amibroker::app {

/// Loop's thread only.
class ServerSwitch {
 public:
  struct Outcome {
    enum class Result : std::uint8_t {
      done,
      there,    ///< it is there already
      missing,  ///< the file has no section of this name, or none of a server
      wrong,    ///< its section has mistakes, the file cannot be read, or a server that is there has its port
    };
    Result result;
    std::vector<base::Problem> errors{};  ///< if it is wrong
    std::string hint{};                   ///< if it is missing: see base::did_you_mean
    bool is_listed = false;               ///< by the file, so that the next reload leaves it
  };
  using Heard = std::function<void(const Outcome& outcome)>;

  /// Called on a thread of its own, and may still run when this object is gone, so it owns what it uses. Exceptions
  /// count as a file that cannot be read.
  using Read = std::function<LoadedServer(const std::string& section)>;

  /// Loop and configuration outlive it.
  ServerSwitch(base::EventLoop& loop, LiveConfig& config, Read read)
      : background_(loop), config_(config), read_(std::move(read)) {}

  /// Connects to the server of this section of the file, whether the file lists it or not; nothing else of the file is
  /// looked at. The file is read on another thread, so `heard` is called later, or dropped with this object.
  void add(std::string_view section, Heard heard);
  /// As if the file no longer listed it. False if there is none.
  bool drop(std::string_view section);

 private:
  [[nodiscard]] Outcome take(LoadedServer loaded);

  Background background_;
  LiveConfig& config_;
  Read read_;
};

}  // namespace amibroker::app
