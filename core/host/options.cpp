// SPDX-License-Identifier: Apache-2.0
#include "core/host/options.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "core/base/nearest.hpp"
#include "core/base/printable.hpp"
#include "core/base/secret_file.hpp"
#include "core/base/values.hpp"
#include "core/host/option_table.hpp"
#include "core/host/plugin_keys.hpp"

namespace amibroker::host {
namespace {

constexpr std::size_t longest_shown_value = 100;
constexpr std::size_t shortest_hidden = 4;

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

/// Finds the value of each option: in its setting, in the file of a secret, or in the table. One use.
class SettingReader {
 public:
  SettingReader(const PluginConfig& config, std::span<const OptionSpec> table, std::vector<base::Problem>& errors)
      : config_(config), table_(table), errors_(errors), lines_(table.size(), 0) {
    for (const OptionSpec& option : table) chosen_.emplace_back(option.required ? "" : option.default_value);
  }

  /// A value for each row; one with a mistake keeps its default.
  std::vector<std::string> read() {
    for (const base::Setting& setting : config_.settings) take(setting);
    for (std::size_t row = 0; row < table_.size(); ++row) check_presence(row);
    return std::move(chosen_);
  }

 private:
  void take(const base::Setting& setting) {
    for (std::size_t row = 0; row < table_.size(); ++row) {
      const OptionSpec& option = table_[row];
      const bool is_file = option.type == OptionType::secret && setting.key == file_key_of(option);
      if (!is_file && setting.key != option.key) continue;
      if (lines_[row] != 0)
        return mistake(setting.line, "gets its option " + std::string(option.key) + " twice, in line " +
                                         std::to_string(lines_[row]) + " as well: leave one of the two");
      lines_[row] = setting.line;
      return is_file ? take_file(setting, row) : take_value(setting, row);
    }
    if (!is_shared_key(setting.key)) mistake(setting.line, unknown_option(setting, table_));
  }

  void take_value(const base::Setting& setting, std::size_t row) {
    const OptionSpec& option = table_[row];
    auto fault = fault_of_value(option, setting.value);
    if (!fault && option.type == OptionType::server) fault = fault_of_server(setting.value);
    if (fault) return mistake(setting.line, "option " + setting.key + ' ' + *fault);
    chosen_[row] = setting.value;
    if (option.type == OptionType::choice) chosen_[row] = find_choice(option, setting.value).value_or("");
  }

  void take_file(const base::Setting& setting, std::size_t row) {
    base::SecretFile file =
        base::read_secret_file(setting.value, config_.context ? config_.context->folder : std::string());
    if (!file.error.empty()) return mistake(setting.line, "option " + setting.key + ": " + file.error);
    chosen_[row] = std::move(file.text);
  }

  [[nodiscard]] std::optional<std::string> fault_of_server(std::string_view name) const {
    if (name.empty()) return std::nullopt;
    std::vector<std::string_view> known;
    if (config_.context) known.assign(config_.context->servers.begin(), config_.context->servers.end());
    if (std::find(known.begin(), known.end(), name) != known.end()) return std::nullopt;
    return "takes the name of a server's section, not \"" + base::printable(name, longest_shown_value) + '"' +
           base::did_you_mean(name, known);
  }

  /// A required option that has a mistake already needs no second one.
  void check_presence(std::size_t row) {
    const OptionSpec& option = table_[row];
    if (!option.required || !chosen_[row].empty() || has_mistake(lines_[row])) return;
    const std::string key(option.key);
    mistake(lines_[row] != 0 ? lines_[row] : config_.line, "needs its option " + key + " (" + option.text +
                                                               "): write \"" + key + " = ...\" into [plugin " +
                                                               config_.name + "]");
  }

  [[nodiscard]] bool has_mistake(int line) const noexcept {
    return line != 0 && std::find(failed_lines_.begin(), failed_lines_.end(), line) != failed_lines_.end();
  }

  void mistake(int line, const std::string& text) {
    errors_.push_back({line, "plugin " + config_.name + ' ' + text});
    failed_lines_.push_back(line);
  }

  const PluginConfig& config_;
  const std::span<const OptionSpec> table_;
  std::vector<base::Problem>& errors_;
  std::vector<std::string> chosen_;
  std::vector<int> lines_;  ///< where each option is set; 0: nowhere
  std::vector<int> failed_lines_;
};

/// Whether Options::text reads it.
bool is_text(OptionType type) noexcept {
  return type == OptionType::text || type == OptionType::choice || type == OptionType::server ||
         type == OptionType::secret;
}

}  // namespace

OptionValues OptionValues::read(const PluginConfig& config, std::span<const OptionSpec> table,
                                std::vector<base::Problem>& errors) {
  SettingReader reader(config, table, errors);
  std::vector<std::string> chosen = reader.read();
  std::vector<OptionText> texts;
  for (std::size_t i = 0; i < table.size(); ++i) texts.push_back({table[i].key, table[i].type, std::move(chosen[i])});
  return of(std::move(texts));
}

OptionValues OptionValues::of(std::vector<OptionText> texts) {
  OptionValues values;
  values.values_.reserve(texts.size());
  for (OptionText& text : texts) {
    Value& value = values.values_.emplace_back();
    static_cast<OptionText&>(value) = std::move(text);
    if (value.type == OptionType::boolean) value.boolean = base::parse_boolean(value.text).value_or(false);
    if (value.type == OptionType::integer) value.integer = base::parse_number(value.text).value_or(0);
    if (value.type == OptionType::list) value.list = base::split_list(value.text);
  }
  return values;
}

std::vector<OptionText> OptionValues::texts() const { return {values_.begin(), values_.end()}; }

const OptionValues::Value* OptionValues::find(std::string_view key, OptionType type) const noexcept {
  const auto is_it = [&](const Value& value) {
    return value.key == key && (value.type == type || (type == OptionType::text && is_text(value.type)));
  };
  const auto found = std::find_if(values_.begin(), values_.end(), is_it);
  return found == values_.end() ? nullptr : &*found;
}

std::vector<std::string> OptionValues::changes_from(const OptionValues& before) const {
  const auto value_in = [](const OptionValues& values, const std::string& key) -> const Value* {
    const auto found = std::find_if(values.values_.begin(), values.values_.end(),
                                    [&](const Value& value) { return value.key == key; });
    return found == values.values_.end() ? nullptr : &*found;
  };
  const auto shown = [](const std::string& text) {
    return text.empty() ? std::string("empty") : base::printable(text, longest_shown_value);
  };
  std::vector<std::string> changes;
  for (const Value& value : values_) {
    const Value* const was = value_in(before, value.key);
    if (was != nullptr && was->text == value.text) continue;
    // Another build of the plugin may take for a plain text what was a secret.
    if (value.type == OptionType::secret || (was != nullptr && was->type == OptionType::secret)) {
      changes.push_back("its option " + value.key + " is another secret");
      continue;
    }
    if (was == nullptr) changes.push_back("its option " + value.key + " is new, and is " + shown(value.text));
    else changes.push_back("its option " + value.key + " is " + shown(value.text) + ", was " + shown(was->text));
  }
  for (const Value& value : before.values_)
    if (value_in(*this, value.key) == nullptr) changes.push_back("its option " + value.key + " is gone");
  return changes;
}

std::string OptionValues::without_secrets(std::string text) const {
  constexpr std::string_view shown = "(secret)";
  for (const Value& value : values_) {
    if (value.type != OptionType::secret || value.text.size() < shortest_hidden) continue;
    for (auto at = text.find(value.text); at != text.npos; at = text.find(value.text, at + shown.size()))
      text.replace(at, value.text.size(), shown);
  }
  return text;
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
