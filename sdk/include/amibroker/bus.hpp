// SPDX-License-Identifier: Apache-2.0
//
// An extension of the SDK: a plugin talks to the same plugin of other sites. Since ABI 3; see Host::extension,
// docs/cluster.md and docs/plugin-guide.md.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace amibroker {

/// A site is the servers of one configuration, and the broker, or pair of brokers, that joins them. The bus carries
/// messages between the brokers of all sites. It promises little, as plain publish and subscribe does: a message may be
/// lost, and comes late or twice. Those of one sender on one topic come in their order, but for old ones that come
/// after newer ones if a machine between stood still, or a connection was made anew. So the plugin numbers what it
/// says, drops what is old, and asks again for what is missing.
///
/// There is none (Host::extension gives null) unless the configuration has a section `[cluster]`.
///
/// A topic is one to four tokens of `[A-Za-z0-9_-]`, each of 1 to 40 bytes, with dots between. Topics belong to the
/// plugin: what two plugins call by one name are two topics. A payload has at most `most_payload` bytes of any kind;
/// what comes was sent by a broker that may mean harm, so expect anything.
///
/// Loop's thread only, and all functions are called there. Lives as long as the plugin.
class Bus {
 public:
  static constexpr std::string_view extension_name = "bus";
  static constexpr std::uint32_t extension_version = 1;

  static constexpr std::size_t most_payload = std::size_t{256} * 1024;

  /// What the section `[cluster]` says. The views are valid as long as the plugin lives.
  struct Info {
    std::string_view site;            ///< the name of this site: `[A-Za-z0-9_-]+`, at most 40 bytes
    std::chrono::seconds lost_after;  ///< how long a site may be silent before the others stop showing its states
    std::span<const std::string_view> share{};   ///< globs of what other sites are told; none: everything
    std::span<const std::string_view> accept{};  ///< globs of what is taken from other sites; none: everything
    bool hinted = false;  ///< `show = hinted`: a server is written only what its own hints need of other sites
  };
  [[nodiscard]] virtual const Info& info() const noexcept = 0;

  /// A message, or a question, of another broker. The views are valid during the call.
  struct Heard {
    std::string_view site;  ///< of the sender; for a question, which does not say that, empty. May be this site's own
    std::string_view topic;
    std::string_view payload;
  };

  /// Whether this broker is connected to the bus.
  [[nodiscard]] virtual bool is_up() const noexcept = 0;

  /// `changed` is called each time that this broker was connected, or lost the connection; not for how it is now. In
  /// place of what was set before.
  virtual void on_change(std::function<void(bool up)> changed) noexcept = 0;

  /// `lost` is called if messages for this plugin had to be thrown away, because the loop did not come to take them, or
  /// too many came at once. `count`: at least so many. In place of what was set before.
  virtual void on_overflow(std::function<void(std::uint64_t count)> lost) noexcept = 0;

  /// Sends a message to whoever listens to the topic on another broker, the second one of this site included; never to
  /// this one. False if it was not sent: there is no connection, too much waits to be sent, or a topic or payload that
  /// is not allowed.
  virtual bool publish(std::string_view topic, std::string_view payload) noexcept = 0;

  /// From now on `heard` is called for each message about the topic, whichever site sent it; in place of what was set
  /// for it before. At most 1,000 topics. False if that is not possible.
  virtual bool subscribe(std::string_view topic, std::function<void(const Heard&)> heard) noexcept = 0;

  /// Nothing about the topic comes any more after this call.
  virtual void unsubscribe(std::string_view topic) noexcept = 0;

  /// Asks a site something. `done` is called exactly once, later: with the answer, or, after `timeout` (1 ms to 60 s)
  /// or if it cannot be asked, with nothing.
  virtual void request(std::string_view site, std::string_view topic, std::string_view payload,
                       std::chrono::milliseconds timeout,
                       std::function<void(std::optional<std::string_view> answer)> done) noexcept = 0;

  /// From now on this plugin answers questions about the topic: with what `answer` returns, at most `most_payload`
  /// bytes; nothing: it does not answer, because the other broker of the site does, for instance.
  virtual bool serve(std::string_view topic,
                     std::function<std::optional<std::string>(const Heard& question)> answer) noexcept = 0;

  /// This machine's clock: milliseconds since 1970, UTC. It may be wrong, and may be set back.
  [[nodiscard]] virtual std::int64_t unix_ms() const noexcept = 0;

 protected:
  ~Bus() = default;
};

}  // namespace amibroker
