// SPDX-License-Identifier: Apache-2.0
//
// One way to reach servers: what all wires of a kind share, and what only they know (their configuration, their
// refusals). A third kind is one folder beside zmq/ and native/, and one line in transports.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "amibroker/action.hpp"
#include "core/ami/action_check.hpp"
#include "core/base/event_loop.hpp"
#include "core/base/findings.hpp"
#include "core/base/section.hpp"
#include "core/link/server_config.hpp"
#include "core/link/wire.hpp"

namespace amibroker::link {

/// What a Server must know of the wires of a kind.
struct WireTraits {
  std::size_t window;       ///< most actions under way on one wire; more would only fill buffers
  bool answers_without_id;  ///< an answer that does not say its action is one to the oldest
  /// Events come on the connection that answers too, so each of them shows that the server is alive.
  bool events_show_life;
  ami::Bytes bytes;  ///< what values the wire can carry
};

/// Makes wires. Outlives them. Loop's thread only.
class Transport {
 public:
  virtual ~Transport() = default;

  [[nodiscard]] virtual const WireTraits& traits() const noexcept = 0;

  /// Begins to connect to the server at `address`, which is a number (see base::is_numeric_address); names are looked
  /// up before. `config` is of this kind, and is copied. `listener` hears of all that follows. Throws
  /// std::runtime_error, with one line that says what is wrong and what to do, if this cannot even begin.
  [[nodiscard]] virtual std::unique_ptr<Wire> connect(const ServerConfig& config, const std::string& address,
                                                      const Interest& interest, WireListener& listener) = 0;

  /// Why this action is never sent over such a wire; empty if it may be.
  [[nodiscard]] virtual std::string_view refusal(std::string_view action) const noexcept = 0;
  /// The action as the wires of this transport send it. It was checked (see ami::may_be_sent).
  [[nodiscard]] virtual EncodedPtr encode(const Action& action, std::uint64_t id) = 0;
};

/// A kind of transport, as the configuration sees it.
struct TransportKind {
  std::string_view name;   ///< `transport = NAME`
  std::string_view about;  ///< what answers there, for a message
  /// The keys of a server's section that mean something only with this kind.
  std::span<const std::string_view> keys;
  /// Reads those keys of the section and checks that they go together. With an error in `findings` for each mistake;
  /// then the result says only what was right, and no server may be reached with it.
  std::shared_ptr<const Access> (*read)(const base::Section& section, base::Findings& findings);
  /// `servers`: how many there are now; more may come.
  std::unique_ptr<Transport> (*make)(base::EventLoop& loop, std::size_t servers);
};

/// All kinds, the default one first.
[[nodiscard]] std::span<const TransportKind> transport_kinds() noexcept;

/// The kind of that name; null if there is none.
[[nodiscard]] const TransportKind* find_transport(std::string_view name) noexcept;

/// An error for each key of the section that only means something with another kind than this.
void forbid_other_keys(const base::Section& section, const TransportKind& kind, base::Findings& findings);

}  // namespace amibroker::link
