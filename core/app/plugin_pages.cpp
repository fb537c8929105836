// SPDX-License-Identifier: Apache-2.0
#include "core/app/plugin_pages.hpp"

#include <algorithm>
#include <chrono>

#include "core/app/commands.hpp"

namespace amibroker::app {

using control::Json;

void PluginPages::begin() {
  for (const auto& plugin : plugins_.plugins())
    if (plugin->wanted()) names_.emplace_back(plugin->name());
  ask();
}

void PluginPages::ask() {
  const LoopShare::Piece piece(share_);
  host::PluginLife* const plugin = current();
  if (plugin == nullptr) return hears_.end();
  const std::string from = std::to_string(from_);
  const Field argument{"from", from};
  plugin->ask(command_, {&argument, 1}, [self = shared_from_this()](const host::PluginAnswer& answer) {
    {
      const LoopShare::Piece its_answer(self->share_);
      self->take(answer);
    }
    self->ask_later();
  });
}

/// Tasks that are posted may all run in one turn of the loop, and a plugin in this process answers at once: the servers
/// would wait for all pages.
void PluginPages::ask_later() {
  const auto rest = share_.rest(LoopShare::Clock::now());
  loop_.after(std::max(rest, std::chrono::milliseconds(1)), [self = shared_from_this()] { self->ask(); });
}

/// The one that is asked at present; null after the last.
host::PluginLife* PluginPages::current() {
  for (; at_ < names_.size(); next_plugin())
    if (auto* const plugin = find_plugin(plugins_, names_[at_]); plugin != nullptr && plugin->wanted()) return plugin;
  return nullptr;
}

void PluginPages::next_plugin() {
  ++at_;
  from_ = 0;
}

void PluginPages::take(const host::PluginAnswer& answer) {
  using Kind = host::PluginAnswer::Kind;
  if (answer.kind == Kind::failure) hears_.failure(names_[at_], answer.text);
  Json json = answer.kind == Kind::json ? Json::parse(answer.text, nullptr, false) : Json();
  if (!json.is_object()) return next_plugin();
  if (Json& list = json[std::string(command_)]; list.is_array())
    for (Json& item : list)
      if (item.is_object()) hears_.item(names_[at_], item);
  // A plugin that does not get on with its pages must not be asked without end.
  const Json next = json["next"];
  if (hears_.first && from_ == 0) {
    json.erase(std::string(command_));
    json.erase("next");
    hears_.first(names_[at_], json);
  }
  const bool goes_on = next.is_number_unsigned() && next.get<std::uint64_t>() > from_;
  if (goes_on) from_ = next.get<std::uint64_t>();
  else next_plugin();
}

}  // namespace amibroker::app
