// SPDX-License-Identifier: Apache-2.0
#include "core/bus/subjects.hpp"

#include <algorithm>

#include "core/base/values.hpp"

namespace amibroker::cluster {
namespace {

constexpr std::size_t longest_token = 40;
constexpr std::size_t most_tokens = 4;
constexpr std::size_t longest_inbox = 200;
constexpr std::string_view inbox_prefix = "_INBOX_";

/// The text up to the next dot, which is taken off `rest` with it.
std::string_view next_token(std::string_view& rest) noexcept {
  const std::size_t dot = rest.find('.');
  const std::string_view token = rest.substr(0, dot);
  rest = dot == rest.npos ? std::string_view() : rest.substr(dot + 1);
  return token;
}

/// As in the configuration: `forwarder` or `forwarder:2`.
bool is_plugin(std::string_view text) noexcept {
  const std::size_t colon = text.find(':');
  return is_token(text.substr(0, colon)) && (colon == text.npos || is_token(text.substr(colon + 1)));
}

std::string joined(std::string_view head, std::string_view site, std::string_view plugin, std::string_view topic) {
  std::string subject;
  subject.reserve(head.size() + site.size() + plugin.size() + topic.size() + 2);
  subject.append(head).append(site).append(1, '.').append(plugin).append(1, '.').append(topic);
  return subject;
}

}  // namespace

bool is_token(std::string_view text) noexcept {
  return !text.empty() && text.size() <= longest_token &&
         std::all_of(text.begin(), text.end(), base::is_word_character);
}

bool is_topic(std::string_view text) noexcept {
  std::size_t tokens = 1;
  while (true) {
    const std::size_t dot = text.find('.');
    if (!is_token(text.substr(0, dot)) || tokens++ > most_tokens) return false;
    if (dot == text.npos) return true;
    text.remove_prefix(dot + 1);
  }
}

Subjects::Subjects(std::string_view fleet, std::string_view site, std::string_view nonce)
    : say_(std::string(fleet) + ".1.say."),
      ask_(std::string(fleet) + ".1.ask."),
      site_(site),
      inbox_(std::string(inbox_prefix) + site_ + "." + std::string(nonce) + ".") {}

std::string Subjects::say(std::string_view plugin, std::string_view topic) const {
  return joined(say_, site_, plugin, topic);
}
std::string Subjects::heard(std::string_view plugin, std::string_view topic) const {
  return joined(say_, "*", plugin, topic);
}
std::string Subjects::ask(std::string_view site, std::string_view plugin, std::string_view topic) const {
  return joined(ask_, site, plugin, topic);
}
std::string Subjects::asked(std::string_view plugin, std::string_view topic) const {
  return joined(ask_, site_, plugin, topic);
}
std::string Subjects::answer(std::string_view plugin, std::uint64_t number) const {
  return inbox_ + std::string(plugin) + "." + std::to_string(number);
}

std::optional<Subject> Subjects::read(std::string_view subject) const noexcept {
  if (subject.starts_with(inbox_)) {
    std::string_view rest = subject.substr(inbox_.size());
    const std::string_view plugin = next_token(rest);
    const auto number = base::parse_number(rest);
    if (!is_plugin(plugin) || !number || *number < 0) return std::nullopt;
    return Subject{Subject::Kind::answer, {}, plugin, {}, static_cast<std::uint64_t>(*number)};
  }
  const bool is_say = subject.starts_with(say_);
  if (!is_say && !subject.starts_with(ask_)) return std::nullopt;
  std::string_view rest = subject.substr(is_say ? say_.size() : ask_.size());
  const std::string_view site = next_token(rest);
  const std::string_view plugin = next_token(rest);
  if (!is_token(site) || (!is_say && site != site_) || !is_plugin(plugin) || !is_topic(rest)) return std::nullopt;
  if (is_say) return Subject{Subject::Kind::say, site, plugin, rest};
  return Subject{Subject::Kind::ask, {}, plugin, rest};
}

bool is_inbox(std::string_view subject) noexcept {
  if (subject.size() > longest_inbox || !subject.starts_with(inbox_prefix)) return false;
  std::string_view rest = subject.substr(inbox_prefix.size());
  const std::string_view site = next_token(rest);
  const std::string_view nonce = next_token(rest);
  const std::string_view plugin = next_token(rest);
  const auto number = base::parse_number(rest);
  return is_token(site) && is_token(nonce) && is_plugin(plugin) && number && *number >= 0;
}

}  // namespace amibroker::cluster
