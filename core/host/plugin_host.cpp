// SPDX-License-Identifier: Apache-2.0
#include "core/host/plugin_host.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "core/host/plugin_difference.hpp"
#include "core/host/plugin_loading.hpp"
#include "core/host/plugin_name.hpp"

namespace amibroker::host {
namespace {

/// `life`: the plugin as it is now; null if it is new.
PluginStep step_to(const PluginLife* life, std::string name, LoadedPlugin&& plugin) {
  PluginStep step{std::move(name), PluginStep::Kind::start, std::move(plugin), {}};
  const LoadedPlugin& next = *step.plugin;
  const PluginDifference other = difference(
      life,
      {.file = next.library.file(), .identity = next.library.identity(), .options = next.options, .keys = next.keys});
  step.changes = other.lines();
  if (other.starts) return step;
  if (life->apart() != nullptr || other.new_file) step.kind = PluginStep::Kind::replace;
  else step.kind = other.options.empty() ? PluginStep::Kind::keep : PluginStep::Kind::options;
  return step;
}

}  // namespace

PluginHost::PluginHost(base::EventLoop& loop, dispatch::Dispatcher& dispatcher,
                       std::chrono::milliseconds request_timeout, bool verbose)
    : dispatcher_(dispatcher), surroundings_{loop, dispatcher, servers_, same_asterisk_, request_timeout, verbose} {
  dispatcher_.set_identity_listener(this);
}

PluginHost::~PluginHost() {
  dispatcher_.set_identity_listener(nullptr);
  stop();
}

void PluginHost::set_general(std::chrono::milliseconds request_timeout, bool verbose) noexcept {
  surroundings_.request_timeout = request_timeout;
  surroundings_.verbose = verbose;
}

void PluginHost::add_server(ServerId server, const ServerLabel& label) {
  servers_.add(label);
  dispatcher_.add_server(server, label.name);
  servers_.forget_old();
}

void PluginHost::change_server(ServerId server, const ServerLabel& label) {
  if (!is_present(server)) return;
  servers_.change(server, label);
  dispatcher_.change_server(server, label.name);
  servers_.forget_old();
}

bool PluginHost::hold_server(ServerId server, bool on) {
  if (!is_present(server) || !servers_.hold(server, on)) return false;
  dispatcher_.change_server(server, std::string(servers_.infos()[server].name));
  servers_.forget_old();
  return true;
}

void PluginHost::retire_server(ServerId server) {
  if (!is_present(server)) return;
  servers_.retire(server);
  dispatcher_.retire_server(server);
  servers_.forget_old();
}

void PluginHost::on_identified(ServerId server, const link::Identity& identity) {
  if (!is_present(server) || !servers_.identify(server, identity)) return;
  dispatcher_.change_server(server, std::string(servers_.infos()[server].name));
  servers_.forget_old();
}

bool PluginHost::is_present(ServerId server) const noexcept {
  return server < servers_.infos().size() && !servers_.infos()[server].retired;
}

PluginLife* PluginHost::life_of(std::string_view name) const noexcept {
  const auto found = std::find_if(lives_.begin(), lives_.end(), [&](const auto& life) { return life->name() == name; });
  return found == lives_.end() ? nullptr : found->get();
}

PluginPlan PluginHost::plan(const PluginFolders& folders, std::span<const PluginConfig> plugins, ApartChecks checks,
                            std::vector<base::Problem>& errors) {
  PluginPlan plan;
  for (const PluginConfig& config : plugins)
    if (auto step = plan_one(folders, config, checks, errors)) plan.steps.push_back(*std::move(step));
  add_stops(plan);
  return plan;
}

void PluginHost::add_stops(PluginPlan& plan) const {
  for (const auto& life : lives_) {
    const auto is_it = [&](const PluginStep& step) { return step.name == life->name(); };
    if (life->wanted() && std::none_of(plan.steps.begin(), plan.steps.end(), is_it))
      plan.steps.push_back({std::string(life->name()), PluginStep::Kind::stop, std::nullopt, {"stops"}});
  }
}

std::optional<PluginStep> PluginHost::plan_one(const PluginFolders& folders, const PluginConfig& plugin,
                                               ApartChecks& checks, std::vector<base::Problem>& errors) const {
  if (runs_apart(plugin)) return step_apart(folders, plugin, checks, errors);
  for (LoadedPlugin& loaded : load_plugins(folders, std::span(&plugin, 1), errors)) {
    std::string name(loaded.library.name());
    const PluginLife* const life = life_of(name);
    return step_to(life, std::move(name), std::move(loaded));
  }
  return std::nullopt;
}

std::vector<std::string> PluginHost::changes_to(const PluginFolders& folders, std::span<const PluginConfig> plugins,
                                                const PluginCheck& check) const {
  PluginPlan plan;
  for (PluginConfig plugin : plugins) {
    const auto options = check.options.find(plugin.name);
    if (!plugin.enabled || options == check.options.end()) continue;
    std::vector<base::Problem> none;
    const bool apart = runs_apart(plugin);
    const PluginKeys keys = take_plugin_keys(plugin, none);
    const auto file = folders.find(library_of(plugin.name));
    const PluginDifference other =
        difference(life_of(plugin.name), {.apart = apart,
                                          .file = file.value_or(std::filesystem::path()),
                                          .identity = file ? FileIdentity::of(*file) : std::nullopt,
                                          .options = options->second,
                                          .keys = keys});
    plan.steps.push_back({plugin.name, PluginStep::Kind::keep, std::nullopt, other.lines()});
  }
  add_stops(plan);
  return plan.changes();
}

/// Nothing, if the plugin has mistakes.
std::optional<PluginStep> PluginHost::step_apart(const PluginFolders& folders, const PluginConfig& plugin,
                                                 ApartChecks& checks, std::vector<base::Problem>& errors) const {
  ApartCheck& check = checks.at(plugin.name);
  if (!check.errors.empty()) {
    errors.insert(errors.end(), check.errors.begin(), check.errors.end());
    return std::nullopt;
  }
  isolated::PluginFrame frame{{}, plugin};
  std::vector<base::Problem> none;
  const PluginKeys keys = take_plugin_keys(frame.config, none);
  for (const auto& folder : folders.all()) frame.folders.push_back(folder.string());
  ApartPlugin apart{std::move(frame), check.file, keys, std::move(check.options)};
  PluginStep step{plugin.name, PluginStep::Kind::start, std::nullopt, {}, {}};
  const PluginLife* const life = life_of(plugin.name);
  const PluginDifference other =
      difference(life, {.apart = true, .identity = apart.file, .options = apart.options, .keys = keys});
  step.changes = other.lines();
  if (!other.starts) {
    const bool is_other = other.new_file || !other.options.empty() || keys.needs_new_process_from(life->keys());
    step.kind = is_other ? PluginStep::Kind::replace : PluginStep::Kind::keep;
  }
  step.apart = std::move(apart);
  return step;
}

void PluginHost::apply(PluginPlan plan) {
  for (PluginStep& step : plan.steps) carry_out(step);
  sort_like(plan);
}

void PluginHost::carry_out(PluginStep& step) {
  PluginLife* life = life_of(step.name);
  if (step.kind == PluginStep::Kind::stop) {
    if (life != nullptr) life->stop();
    return;
  }
  if (life == nullptr) life = lives_.emplace_back(std::make_unique<PluginLife>(step.name, surroundings_, rules_)).get();
  life->set_keys(step.apart ? step.apart->keys : step.plugin->keys);
  if (step.kind == PluginStep::Kind::keep && life->running()) {
    if (step.apart) life->keep_apart(*std::move(step.apart));
    return;
  }
  if (step.apart) {
    life->start_apart(*std::move(step.apart), isolation_);
    return;
  }
  if (step.kind == PluginStep::Kind::options && life->running()) life->change_options(std::move(step.plugin->options));
  else life->start(step.plugin->library, std::move(step.plugin->options));
}

bool PluginHost::start_one(PluginStep step) {
  if (step.kind != PluginStep::Kind::start) step.kind = PluginStep::Kind::replace;
  const bool apart = step.apart.has_value();
  carry_out(step);
  return apart || life_of(step.name)->running();
}

bool PluginHost::stop_one(std::string_view name) {
  PluginLife* const life = life_of(name);
  if (life == nullptr || !life->wanted()) return false;
  life->stop();
  return true;
}

/// So that the end, which stops plugins in reverse order, follows the configuration too.
void PluginHost::sort_like(const PluginPlan& plan) {
  const auto place = [&](const std::unique_ptr<PluginLife>& life) {
    return std::find_if(plan.steps.begin(), plan.steps.end(),
                        [&](const PluginStep& step) { return step.name == life->name(); }) -
           plan.steps.begin();
  };
  std::stable_sort(lives_.begin(), lives_.end(), [&](const auto& a, const auto& b) { return place(a) < place(b); });
}

std::vector<base::Problem> PluginHost::load(const PluginFolders& folders, std::span<const PluginConfig> plugins) {
  std::vector<base::Problem> errors;
  first_plan_ = plan(folders, plugins, check_apart(isolation_.program, folders, plugins), errors);
  return errors;
}

std::size_t PluginHost::start() {
  apply(std::exchange(first_plan_, {}));
  watch_ = surroundings_.loop.every(std::chrono::seconds(1), [this] { look(); });
  return static_cast<std::size_t>(
      std::count_if(lives_.begin(), lives_.end(), [](const auto& life) { return life->running(); }));
}

void PluginHost::look() {
  for (const auto& life : lives_) life->look();
}

void PluginHost::stop() noexcept {
  surroundings_.loop.cancel(std::exchange(watch_, 0));
  for (const auto& life : lives_) life->ask_to_end();
  std::for_each(lives_.rbegin(), lives_.rend(), [](const auto& life) { life->end(); });
}

}  // namespace amibroker::host
