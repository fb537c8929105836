// SPDX-License-Identifier: Apache-2.0
//
// A plugin whose behaviour a test writes: the test reaches this one object through the library's second symbol.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "amibroker/plugin.hpp"

namespace amibroker::faulty {

struct Script {
  std::function<void(Host&)> start;
  std::function<void(ServerId, const Message&)> event;
  std::function<void(ServerId)> up;
  std::function<void(ServerId)> down;
  std::function<void(ServerId)> added, changed, retired;
  std::function<void(ServerId, std::uint64_t)> lost;
  std::function<void()> report;
  std::function<bool(const Options&)> options;
  std::function<std::string()> save;
  std::function<void()> stop;
  std::function<void()> destroy;
};

/// Name of `extern "C" Script* amibroker_test_script()` in scripted.so.
inline constexpr char script_symbol[] = "amibroker_test_script";

}  // namespace amibroker::faulty
