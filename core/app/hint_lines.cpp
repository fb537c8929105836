// SPDX-License-Identifier: Apache-2.0
#include "core/app/hint_lines.hpp"

#include <algorithm>
#include <string_view>

#include "core/base/printable.hpp"

namespace amibroker::app {
namespace {

using control::Json;

constexpr std::size_t longest_section = 80;
constexpr std::string_view reload = "asterisk -rx 'dialplan reload'";

/// What neither ends a part of a hint nor is looked at again by Asterisk (main/pbx.c, pbx_config.c).
bool is_safe(std::string_view text) {
  constexpr std::string_view others = "/:._@+*#-";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || others.find(c) != others.npos;
  });
}

/// A name such as `anna` may be an extension, too, but rather is not.
bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789*#+") == std::string_view::npos;
}

char letter_of(const HintDevice& device, std::size_t server) {
  return server < device.servers.size() ? device.servers[server] : '.';
}

bool is_own(char letter) { return letter == 'o' || letter == 'b'; }
bool is_shown(char letter) { return letter == 's' || letter == 'b'; }

void join(std::string& to, const std::string& part) { to += (to.empty() ? "" : "&") + part; }

std::string presence_of(const std::string& number, const HintWish& wish) {
  return wish.has_presences ? ",CustomPresence:" + number : std::string();
}

std::string hint(const std::string& number, const std::string& devices, const std::string& presence) {
  return "exten => " + number + ",hint," + devices + presence;
}

}  // namespace

/// Lines, up to so many.
class HintLines::Writer {
 public:
  void line(std::string text) {
    if (lines_.size() < most_lines) lines_.push_back(std::move(text));
    else ++more_;
  }
  /// One that somebody has to complete.
  void open(const std::string& device, const std::string& devices) {
    line("; " + device + ": put its extension in the place of NUMBER");
    line(";" + hint("NUMBER", devices, {}));
  }
  [[nodiscard]] Json take() { return std::move(lines_); }
  [[nodiscard]] std::size_t more() const noexcept { return more_; }

 private:
  Json lines_ = Json::array();
  std::size_t more_ = 0;
};

void HintLines::add(HintDevice device) {
  if (!is_safe(device.shown) || !is_safe(device.device)) return static_cast<void>(++left_out_);
  if (devices_ == most_devices) return static_cast<void>(++more_);
  ++devices_;
  if (!is_number(device.number)) return others_.push_back(std::move(device));
  auto& same = numbered_[device.number];
  if (same.size() == most_of_a_number) ++more_;
  else same.push_back(std::move(device));
}

/// A server's own phones and those of others in the same lines, so that all servers may have them.
void HintLines::write_for_all(const HintWish& wish, Writer& to) const {
  to.line("; for all servers, in the context in which the phones subscribe (extensions.conf); then " +
          std::string(reload));
  for (const auto& [number, devices] : numbered_) {
    std::string names;
    for (const HintDevice& device : devices) join(names, device.device + "&" + device.shown);
    to.line(hint(number, names, presence_of(number, wish)));
  }
  for (const HintDevice& device : others_) to.open(device.device, device.device + "&" + device.shown);
}

/// FreePBX has hints of its own for the phones of its server, so only those are written that lack something.
void HintLines::write_for_freepbx(const HintWish& wish, std::size_t server, Writer& to) const {
  for (const auto& [number, devices] : numbered_) {
    std::string own, shown;
    for (const HintDevice& device : devices) {
      const char letter = letter_of(device, server);
      if (is_own(letter)) join(own, device.device);
      if (is_shown(letter)) join(shown, device.shown);
    }
    if (shown.empty()) continue;
    if (!own.empty()) own += "&Custom:DND" + number + "&";
    to.line(hint(number, own + shown, presence_of(number, wish)));
  }
  for (const HintDevice& device : others_) {
    const char letter = letter_of(device, server);
    if (is_shown(letter)) to.open(device.device, (is_own(letter) ? device.device + "&" : std::string()) + device.shown);
  }
}

Json HintLines::json(const HintWish& wish) const {
  Writer writer;
  if (numbered_.empty() && others_.empty()) writer.line("; no phone is known yet");
  else if (!wish.is_for_freepbx) write_for_all(wish, writer);
  else
    for (const auto& [server, section] : wish.servers) {
      writer.line("; server " + base::printable(section, longest_section) +
                  ", /etc/asterisk/extensions_custom.conf; then " + std::string(reload));
      writer.line("[from-internal-custom]");
      write_for_freepbx(wish, server, writer);
    }
  const std::size_t more = writer.more() + more_;
  return {{"lines", writer.take()}, {"left_out", left_out_}, {"more", more}};
}

}  // namespace amibroker::app
