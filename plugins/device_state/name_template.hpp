// SPDX-License-Identifier: Apache-2.0
//
// What a device of one server is called on the others.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "amibroker/host.hpp"

namespace amibroker::device_state {

/// `name_template`: begins with `Custom:` and holds places in braces, each at most once, with text between them:
///
/// - `{device}` (`PJSIP/100`), or both `{technology}` (`PJSIP`) and `{name}` (`100`). The technology is what comes
/// before
///   the first `/` or `:`. Slashes in `{name}` become `-`: `DAHDI/i1/5` has the name `i1-5`.
/// - `{server}`, the section of the server whose device it is, and `{zone}`, its first zone, or `none`. What is not a
///   letter, a digit, or one of `_ . -` becomes `_`. For numbers that several sites have.
///
/// With `{device}` the name keeps its slash. Asterisk's func_devstate reads its stored states back by what comes
/// after the last slash, so after a restart of Asterisk such a name is gone until the broker has written it again.
/// `Custom:{technology}-{name}` has no slash and survives.
class NameTemplate {
 public:
  /// What is wrong with a template, as the rest of a sentence that begins with the option's name; empty: nothing.
  [[nodiscard]] static std::string fault_of(std::string_view text);

  /// Throws std::invalid_argument with a text for the administrator.
  explicit NameTemplate(std::string_view text);

  /// What `{server}` and `{zone}` stand for in the names of this server's devices. True if it knew this server, and
  /// they have other names now.
  bool set_server(const ServerInfo& server);

  /// The name on other servers. Valid until the next call. `device` is a native one of a server that was set.
  [[nodiscard]] std::string_view expand(ServerId server, std::string_view device);

  /// If a custom device's name has the form of what `expand` makes, the technology in it (a part of `shown_name`); else
  /// an empty text. The form decides, because just after a start nothing else is known: a custom device of that form
  /// is never one that all servers share.
  [[nodiscard]] std::string_view technology_in(std::string_view shown_name) const;

  /// What a name of that form says of the device.
  struct Native {
    std::string_view technology;  ///< both are parts of the name
    std::string_view name;        ///< what comes after it; slashes of the device may be `-` in it
  };
  /// Nothing for a name of another form.
  [[nodiscard]] std::optional<Native> native_in(std::string_view shown_name) const;

  /// Whether a device is called by its server or zone, because several have the same numbers.
  [[nodiscard]] bool names_sites() const { return has(Part::server) || has(Part::zone); }

  /// Whether names have a slash, so that Asterisk makes others of them at its restart.
  [[nodiscard]] bool makes_slashes() const;

 private:
  enum class Part : unsigned char { text, device, technology, name, server, zone };
  struct Piece {
    Part part;
    std::string text;
  };
  struct Labels {
    std::string server;
    std::string zone;
    friend bool operator==(const Labels&, const Labels&) = default;
  };
  struct Match {
    bool known_only;  ///< only a technology that is well known counts
    std::string_view technology{}, name{};
  };
  NameTemplate() = default;
  void parse(std::string_view text);
  [[nodiscard]] const char* flaw() const;
  [[nodiscard]] bool places_touch() const;
  [[nodiscard]] bool has(Part part) const;
  [[nodiscard]] bool matches(std::size_t at, std::string_view rest, Match& match) const;
  [[nodiscard]] static bool fits(Part part, std::string_view text, Match& match);

  std::vector<Piece> pieces_;
  std::vector<Labels> labels_;  ///< by server
  std::string expanded_;
};

/// What a device's name begins with: `PJSIP` of `PJSIP/100`, `Queue` of `Queue:sales`; empty without `/` and `:`.
[[nodiscard]] constexpr std::string_view technology_of(std::string_view device) noexcept {
  const std::size_t end = device.find_first_of("/:");
  return end == std::string_view::npos ? std::string_view{} : device.substr(0, end);
}

}  // namespace amibroker::device_state
