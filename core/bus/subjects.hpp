// SPDX-License-Identifier: Apache-2.0
//
// Names of topics and what they are called on the wire.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace amibroker::cluster {

/// 1 to 40 of `[A-Za-z0-9_-]`: a site, a fleet, a token of a topic.
[[nodiscard]] bool is_token(std::string_view text) noexcept;
/// One to four tokens with dots between.
[[nodiscard]] bool is_topic(std::string_view text) noexcept;

/// What a subject says. The views are into it.
struct Subject {
  enum class Kind : std::uint8_t { say, ask, answer };
  Kind kind;
  std::string_view site{};  ///< the sender's, if it says something
  std::string_view plugin{};
  std::string_view topic{};  ///< empty for an answer
  std::uint64_t number = 0;  ///< of the question that is answered
};

/// The subjects of one broker: `FLEET.1.say.SITE.PLUGIN.TOPIC`, `FLEET.1.ask.SITE.PLUGIN.TOPIC` and, for answers,
/// `_INBOX_SITE.NONCE.PLUGIN.NUMBER`.
class Subjects {
 public:
  /// `nonce`: a token that nobody guesses.
  Subjects(std::string_view fleet, std::string_view site, std::string_view nonce);

  /// What this site says.
  [[nodiscard]] std::string say(std::string_view plugin, std::string_view topic) const;
  /// What all sites say.
  [[nodiscard]] std::string heard(std::string_view plugin, std::string_view topic) const;
  [[nodiscard]] std::string ask(std::string_view site, std::string_view plugin, std::string_view topic) const;
  /// What this site is asked.
  [[nodiscard]] std::string asked(std::string_view plugin, std::string_view topic) const;
  [[nodiscard]] std::string answer(std::string_view plugin, std::uint64_t number) const;
  /// All answers to this broker.
  [[nodiscard]] std::string answers() const { return inbox_ + ">"; }

  /// Nothing unless the subject is one that this broker may get, well formed.
  [[nodiscard]] std::optional<Subject> read(std::string_view subject) const noexcept;

 private:
  std::string say_;  // up to the site
  std::string ask_;
  std::string site_;
  std::string inbox_;
};

/// Whether a question may be answered there: where a broker of some site waits for answers. Whoever asks names the
/// subject of the answer, and could otherwise make us say anything.
[[nodiscard]] bool is_inbox(std::string_view subject) noexcept;

}  // namespace amibroker::cluster
