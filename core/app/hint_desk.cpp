// SPDX-License-Identifier: Apache-2.0
#include "core/app/hint_desk.hpp"

#include <string>
#include <utility>

#include "core/app/plugin_pages.hpp"

namespace amibroker::app {
namespace {

using control::Json;

std::string text_in(Json& item, const char* name) {
  Json& value = item[name];
  return value.is_string() ? std::move(value.get_ref<std::string&>()) : std::string();
}

}  // namespace

void HintDesk::ask(Heard heard) {
  next_.push_back(std::move(heard));
  if (!collects_) begin();
}

void HintDesk::begin() {
  collects_ = true;
  const auto known = std::make_shared<Known>();
  PluginPages::Hears hears;
  hears.item = [known](const std::string&, Json& item) {
    known->lines.add(
        {text_in(item, "shown"), text_in(item, "device"), text_in(item, "number"), text_in(item, "servers")});
  };
  hears.failure = [known](const std::string& plugin, const std::string& text) {
    known->failures.push_back({{"plugin", plugin}, {"text", text}});
  };
  hears.end = [self = shared_from_this(), known, hearers = std::exchange(next_, {})] {
    self->collects_ = false;
    for (const Heard& heard : hearers) heard(known);
    if (!self->next_.empty() && !self->collects_) self->begin();
  };
  std::make_shared<PluginPages>(plugins_, loop_, share_, "hints", std::move(hears))->begin();
}

}  // namespace amibroker::app
