// SPDX-License-Identifier: Apache-2.0
#include "core/host/plugin_instance.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "core/base/printable.hpp"

namespace amibroker::host {
namespace {

using std::chrono::milliseconds;
constexpr auto complaint_period = std::chrono::minutes(1);
constexpr std::size_t longest_fault = 255;

std::string reason_of(const Fault& fault) {
  return fault.text[0] == '\0' ? "it gave no reason" : base::printable(fault.text, longest_fault);
}

}  // namespace

PluginInstance::PluginInstance(PluginLibrary library, std::shared_ptr<const OptionValues> options,
                               const Surroundings& surroundings, PluginCommon& common, std::string saved)
    : library_(std::move(library)),
      all_options_{std::move(options)},
      options_(all_options_.back().get()),
      around_(surroundings),
      saved_(std::move(saved)),
      common_(common),
      posted_(around_.loop, [this](const base::PostBox::Task& task) { around_.dispatcher.run_task(id_, task); }),
      timers_(around_.loop, [this](const PluginTimers::Task& task) { around_.dispatcher.run_task(id_, task); }),
      commands_(around_commands()),
      complaint_limit_(complaint_period) {}

PluginInstance::~PluginInstance() { stop(); }

bool PluginInstance::start(std::string_view meanwhile) {
  if (stage_ != Stage::made) return running();
  thread_ = std::this_thread::get_id();
  Fault fault;
  {
    const CallScope call(library_.call_owner(), "its constructor");
    plugin_ = library_.calls().create(fault);
  }
  if (plugin_ == nullptr) {
    stage_ = Stage::over;
    report_end("cannot be created", fault, meanwhile);
    return false;
  }
  id_ = around_.dispatcher.add(*this);
  stage_ = Stage::running;
  const bool started = call_start(fault);
  std::string().swap(saved_);
  if (!started) {
    report_end("cannot start", fault, meanwhile);
    end_life();
    return false;
  }
  around_.dispatcher.announce_servers(id_);
  return true;
}

bool PluginInstance::take_options(std::shared_ptr<const OptionValues> options) {
  bool taken = false;
  const bool fine = around_.dispatcher.call(id_, "on_options", [&](Fault& fault) {
    const CallScope call(library_.call_owner(), "on_options");
    return library_.calls().options(*plugin_, *options, taken, fault);
  });
  if (!fine || !taken) return false;
  all_options_.push_back(std::move(options));
  options_ = all_options_.back().get();
  return true;
}

std::string PluginInstance::save() {
  std::string saved;
  const bool fine = around_.dispatcher.call(id_, "save", [&](Fault& fault) {
    const CallScope call(library_.call_owner(), "save");
    return library_.calls().save(*plugin_, saved, fault);
  });
  if (!fine) return {};
  if (saved.size() <= most_saved) return saved;
  spdlog::warn(
      "plugin {} wants to hand over {} bytes to its next instance, and {} is the most: that one starts without them",
      name(), saved.size(), most_saved);
  return {};
}

PluginCommands::Surroundings PluginInstance::around_commands() {
  return {[this] { return may_call("Commands::answer") && stage_ == Stage::running; },
          [this](const char* text) { complain("Commands::answer", text); },
          [this](const std::function<void()>& task) {
            return around_.dispatcher.call(id_, "a command", [&](Fault& fault) {
              const CallScope call(library_.call_owner(), "a command");
              return library_.calls().task(task, fault);
            });
          }};
}

PluginAnswer PluginInstance::ask(std::string_view command, std::span<const Field> arguments) {
  if (!running()) return {PluginAnswer::Kind::failure, "the plugin does not run"};
  return commands_.ask(command, arguments);
}

void PluginInstance::stop() noexcept {
  if (stage_ == Stage::running) end_life();
}

/// In this order: nothing new comes in; the plugin lets go of everything; nothing reaches it any more; whatever of it
/// the daemon still holds is destroyed while the plugin exists; the plugin is destroyed.
void PluginInstance::end_life() noexcept {
  stage_ = Stage::stopping;
  posted_.close();
  timers_.cancel_all();
  Fault fault;
  if (!call_stop(fault))
    spdlog::error(
        "plugin {} threw in stop: {}; what it had not let go of by then may be left over. Report it to the "
        "plugin's author ({})",
        name(), reason_of(fault), library_.file().string());
  if (const auto* statistics = around_.dispatcher.statistics(id_)) last_statistics_ = *statistics;
  around_.dispatcher.remove(id_);
  commands_.clear();
  if (bus_) bus_->close();
  std::list<Broadcast>().swap(broadcasts_);
  stage_ = Stage::over;
  Fault last_fault;
  if (!call_destroy(last_fault))
    spdlog::error("plugin {} failed as it was destroyed: {}; report it to the plugin's author ({})", name(),
                  reason_of(last_fault), library_.file().string());
}

bool PluginInstance::call_start(Fault& fault) noexcept {
  const CallScope call(library_.call_owner(), "start");
  return library_.calls().start(*plugin_, *this, fault);
}

bool PluginInstance::call_stop(Fault& fault) noexcept {
  const CallScope call(library_.call_owner(), "stop");
  return library_.calls().stop(*plugin_, fault);
}

bool PluginInstance::call_destroy(Fault& fault) noexcept {
  const CallScope call(library_.call_owner(), "its destructor");
  return library_.calls().destroy(std::exchange(plugin_, nullptr), fault);
}

void PluginInstance::report_end(const char* what, const Fault& fault, std::string_view meanwhile) const noexcept {
  spdlog::error(
      "plugin {} {}: {}; {}. Check the options in [plugin {}], or switch it off "
      "with '{} = no' in [plugins] ({})",
      name(), what, reason_of(fault), meanwhile, name(), name(), library_.file().string());
}

const dispatch::CallStatistics* PluginInstance::statistics() const noexcept {
  return plugin_ == nullptr ? nullptr : around_.dispatcher.statistics(id_);
}

dispatch::CallStatistics PluginInstance::all_statistics() const noexcept {
  const auto* const now = around_.dispatcher.statistics(id_);
  return running() && now != nullptr ? *now : last_statistics_;
}

std::string PluginInstance::faults() const {
  const auto* const faults = around_.dispatcher.faults(id_);
  return faults == nullptr ? last_faults_ : faults->summary();
}

void PluginInstance::mute() noexcept {
  if (std::exchange(muted_, true)) return;
  last_statistics_ = all_statistics();
  last_faults_ = faults();
  around_.dispatcher.remove(id_);
}

void PluginInstance::threw(const dispatch::CallStatistics& statistics) noexcept {
  if (!muted_ && fault_rate_.add(around_.loop.now(), statistics.calls)) common_.throws_too_often(*this);
}

bool PluginInstance::event(ServerId server, const Message& message, Fault& fault) noexcept {
  const CallScope call(library_.call_owner(), "on_event");
  return library_.calls().event(*plugin_, server, message, fault);
}

bool PluginInstance::server_up(ServerId server, Fault& fault) noexcept {
  const CallScope call(library_.call_owner(), "on_server_up");
  return library_.calls().server_up(*plugin_, server, fault);
}

bool PluginInstance::server_down(ServerId server, Fault& fault) noexcept {
  const CallScope call(library_.call_owner(), "on_server_down");
  return library_.calls().server_down(*plugin_, server, fault);
}

bool PluginInstance::server_added(ServerId server, Fault& fault) noexcept {
  const CallScope call(library_.call_owner(), "on_server_added");
  return library_.calls().server_added(*plugin_, server, fault);
}

bool PluginInstance::server_changed(ServerId server, Fault& fault) noexcept {
  const CallScope call(library_.call_owner(), "on_server_changed");
  return library_.calls().server_changed(*plugin_, server, fault);
}

bool PluginInstance::server_retired(ServerId server, Fault& fault) noexcept {
  const CallScope call(library_.call_owner(), "on_server_retired");
  return library_.calls().server_retired(*plugin_, server, fault);
}

bool PluginInstance::events_lost(ServerId server, std::uint64_t count, Fault& fault) noexcept {
  const CallScope call(library_.call_owner(), "on_events_lost");
  return library_.calls().events_lost(*plugin_, server, count, fault);
}

bool PluginInstance::report(Fault& fault) noexcept {
  const CallScope call(library_.call_owner(), "on_report");
  return library_.calls().report(*plugin_, fault);
}

bool PluginInstance::completion(const Completion& done, const Reply& reply, Fault& fault) noexcept {
  const CallScope call(library_.call_owner(), "an answer");
  return library_.calls().completion(done, reply, fault);
}

bool PluginInstance::task(const std::function<void()>& task, Fault& fault) noexcept {
  const CallScope call(library_.call_owner(), "a task");
  return library_.calls().task(task, fault);
}

}  // namespace amibroker::host
