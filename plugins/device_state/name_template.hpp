// SPDX-License-Identifier: Apache-2.0
//
// What a device of one server is called on the others.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace amibroker::device_state {

/// `name_template`: begins with `Custom:` and holds `{device}` (`PJSIP/100`), or both `{technology}` (`PJSIP`) and
/// `{name}` (`100`), each at most once. The technology is what comes before the first `/` or `:`.
///
/// With `{device}` the name keeps its slash. Asterisk's func_devstate reads its stored states back by what comes
/// after the last slash, so after a restart of Asterisk such a name is gone until the broker has written it again.
/// `Custom:{technology}-{name}` has no slash and survives.
class NameTemplate {
 public:
  /// Throws std::invalid_argument with a text for the administrator.
  explicit NameTemplate(std::string_view text);

  /// The name on other servers. Valid until the next call. `device` is a native one.
  [[nodiscard]] std::string_view expand(std::string_view device);

  /// If a custom device's name has the form of what `expand` makes, the technology in it (a part of `shown_name`); else
  /// an empty text. The form decides, because just after a start nothing else is known: a custom device of that form
  /// counts as the broker's.
  [[nodiscard]] std::string_view technology_in(std::string_view shown_name) const;

 private:
  enum class Part : unsigned char { text, device, technology, name };
  struct Piece {
    Part part;
    std::string text;
  };
  void check(std::string_view text) const;
  [[nodiscard]] bool has(Part part) const;

  std::vector<Piece> pieces_;
  std::string expanded_;
};

/// What a device's name begins with: `PJSIP` of `PJSIP/100`, `Queue` of `Queue:sales`; empty without `/` and `:`.
[[nodiscard]] constexpr std::string_view technology_of(std::string_view device) noexcept {
  const std::size_t end = device.find_first_of("/:");
  return end == std::string_view::npos ? std::string_view{} : device.substr(0, end);
}

}  // namespace amibroker::device_state
