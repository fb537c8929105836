// SPDX-License-Identifier: Apache-2.0
#include "core/host/options.hpp"

#include <algorithm>

#include "core/base/nearest.hpp"
#include "core/base/printable.hpp"
#include "core/base/values.hpp"
#include "core/host/option_table.hpp"

namespace amibroker::host {
namespace {

std::string unknown_option(const base::Setting& setting, std::span<const OptionSpec> table) {
  std::vector<std::string_view> keys;
  for (const OptionSpec& option : table) keys.emplace_back(option.key);
  std::string text =
      "has no option \"" + base::printable(setting.key, 60) + '"' + base::did_you_mean(setting.key, keys);
  if (keys.empty()) return text + "; it has no options at all";
  text += "; its options are ";
  for (const std::string_view key : keys) text.append(key == keys.front() ? "" : ", ").append(key);
  return text;
}

}  // namespace

OptionValues OptionValues::read(const PluginConfig& config, std::span<const OptionSpec> table,
                                std::vector<base::Problem>& errors) {
  std::vector<std::string_view> chosen;
  for (const OptionSpec& option : table) chosen.emplace_back(option.default_value);

  const auto mistake = [&](const base::Setting& setting, const std::string& text) {
    errors.push_back({setting.line, "plugin " + config.name + ' ' + text});
  };
  for (const base::Setting& setting : config.settings) {
    const auto is_it = [&](const OptionSpec& option) { return setting.key == option.key; };
    const auto row = std::find_if(table.begin(), table.end(), is_it);
    if (row == table.end()) {
      mistake(setting, unknown_option(setting, table));
    } else if (const auto fault = fault_of_value(*row, setting.value)) {
      mistake(setting, "option " + setting.key + ' ' + *fault);
    } else {
      chosen[static_cast<std::size_t>(row - table.begin())] = setting.value;
    }
  }

  OptionValues values;
  values.values_.reserve(table.size());
  for (std::size_t i = 0; i < table.size(); ++i) {
    Value& value = values.values_.emplace_back();
    value.key = table[i].key;
    value.type = table[i].type;
    value.text = chosen[i];
    if (value.type == OptionType::boolean) value.boolean = base::parse_boolean(value.text).value_or(false);
    if (value.type == OptionType::integer) value.integer = base::parse_number(value.text).value_or(0);
    if (value.type == OptionType::list) value.list = base::split_list(value.text);
  }
  return values;
}

const OptionValues::Value* OptionValues::find(std::string_view key, OptionType type) const noexcept {
  const auto is_it = [&](const Value& value) { return value.type == type && value.key == key; };
  const auto found = std::find_if(values_.begin(), values_.end(), is_it);
  return found == values_.end() ? nullptr : &*found;
}

bool OptionValues::boolean(std::string_view key) const noexcept {
  const Value* const value = find(key, OptionType::boolean);
  return value != nullptr && value->boolean;
}

std::int64_t OptionValues::integer(std::string_view key) const noexcept {
  const Value* const value = find(key, OptionType::integer);
  return value == nullptr ? 0 : value->integer;
}

std::string_view OptionValues::text(std::string_view key) const noexcept {
  const Value* const value = find(key, OptionType::text);
  return value == nullptr ? std::string_view() : std::string_view(value->text);
}

const std::vector<std::string_view>& OptionValues::list(std::string_view key) const noexcept {
  static const std::vector<std::string_view> none;
  const Value* const value = find(key, OptionType::list);
  return value == nullptr ? none : value->list;
}

}  // namespace amibroker::host
