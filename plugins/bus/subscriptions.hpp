// SPDX-License-Identifier: Apache-2.0
//
// What the readers of the bus have subscribed to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

namespace amibroker::bus {

/// What readers want at one moment. Never changes once it is made, so that any thread may read it.
struct Wanted {
  using Names = std::set<std::string, std::less<>>;

  Names subscriptions;  ///< beginnings of topics
  Names names;          ///< events that servers are asked for by name
  bool all = false;     ///< servers are asked for all events
  /// How many subscriptions to `server/` came so far, repeats included: each is answered with what is known.
  std::uint64_t asked_for_servers = 0;

  /// Whether a reader has subscribed to this topic, or to a beginning of it.
  [[nodiscard]] bool has(std::string_view topic) const noexcept;
};

/// Keeps the subscriptions as the publishing socket tells them: each text whenever a reader comes, and once when its
/// last reader goes. One thread.
class Subscriptions {
 public:
  /// Most texts that are kept.
  static constexpr std::size_t most = 1000;

  enum class Result : std::uint8_t {
    changed,
    unchanged,  ///< it was there already, or was not there, and that changes nothing
    refused,    ///< too long, or too many
  };

  /// Takes a message of the publishing socket: a byte 1 (comes) or 0 (goes), and the subscription.
  Result take(std::string_view message);
  void clear() { kept_.clear(); }
  [[nodiscard]] std::size_t size() const noexcept { return kept_.size(); }
  [[nodiscard]] std::shared_ptr<const Wanted> wanted() const;

 private:
  Wanted::Names kept_;
  std::uint64_t asked_for_servers_ = 0;
};

}  // namespace amibroker::bus
