// SPDX-License-Identifier: Apache-2.0
//
// One connection to a server that has several addresses.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/event_loop.hpp"
#include "core/link/transport.hpp"

namespace amibroker::link {

/// Connects to the addresses in their order, each with a head start over the next one, as RFC 8305 ("happy eyeballs")
/// says. The first that is connected is the connection; the others are closed. If all are lost, it is lost, for the
/// reason that says most. An address at which nothing answers does not end by itself: whoever made the race gives
/// up at some time and closes it. Loop's thread only; as any wire, never destroyed inside a call to its listener.
class AddressRace final : public Wire {
 public:
  /// How long an address is tried before the next one is tried as well. As RFC 8305 recommends ("Connection Attempt
  /// Delay").
  static constexpr std::chrono::milliseconds head_start{250};

  /// `addresses`: at least one, numbers, the best one first. `loop`, `transport` and `listener` must outlive `close`;
  /// the rest is copied. Begins in the loop's next turn; a transport that cannot even begin counts as a lost address.
  AddressRace(base::EventLoop& loop, Transport& transport, const ServerConfig& config,
              std::vector<std::string> addresses, const Interest& interest, WireListener& listener);
  ~AddressRace() override;
  AddressRace(const AddressRace&) = delete;
  AddressRace& operator=(const AddressRace&) = delete;

  /// The address that is connected; empty before on_connected.
  [[nodiscard]] const std::string& address() const noexcept;

  [[nodiscard]] bool send(const Encoded& action) override;
  void flush() override;
  void want(const Interest& interest) override;
  void show_traffic(bool on) override;
  void close() noexcept override;

 private:
  class Runner;

  void start_next();
  void set_timer(std::chrono::milliseconds delay, void (AddressRace::*task)());
  void won(Runner& runner);
  void lost(Runner& runner, const Loss& loss);
  void keep(const Loss& loss);
  void all_lost();
  void drop_others();
  [[nodiscard]] std::string tried() const;

  base::EventLoop& loop_;
  Transport& transport_;
  ServerConfig config_;
  std::vector<std::string> addresses_;
  Interest interest_;
  WireListener& listener_;
  std::vector<std::unique_ptr<Runner>> runners_;
  Runner* winner_ = nullptr;
  std::size_t started_ = 0;  // of the addresses
  std::size_t lost_ = 0;
  std::optional<Loss> reason_;
  base::TimerHandle timer_ = 0;
  bool shows_traffic_ = false;
  bool over_ = false;  // lost or closed: nobody is called any more
};

}  // namespace amibroker::link
