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

PluginInstance::PluginInstance(PluginLibrary library, OptionValues options, const Surroundings& surroundings)
    : library_(std::move(library)),
      options_(std::move(options)),
      around_(surroundings),
      posted_(around_.loop, [this](const base::PostBox::Task& task) { around_.dispatcher.run_task(id_, task); }),
      timers_(around_.loop, [this](const PluginTimers::Task& task) { around_.dispatcher.run_task(id_, task); }),
      complaint_limit_(complaint_period) {}

PluginInstance::~PluginInstance() { stop(); }

bool PluginInstance::start() {
  if (stage_ != Stage::made) return running();
  thread_ = std::this_thread::get_id();
  Fault fault;
  plugin_ = library_.calls().create(fault);
  if (plugin_ == nullptr) {
    stage_ = Stage::over;
    report_end("cannot be created", fault);
    return false;
  }
  id_ = around_.dispatcher.add(*this);
  stage_ = Stage::running;
  if (!library_.calls().start(*plugin_, *this, fault)) {
    report_end("cannot start", fault);
    end_life();
    return false;
  }
  around_.dispatcher.announce_servers(id_);
  return true;
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
  if (!library_.calls().stop(*plugin_, fault))
    spdlog::error(
        "plugin {} threw in stop: {}; what it had not let go of by then may be left over. Report it to the "
        "plugin's author ({})",
        name(), reason_of(fault), library_.file().string());
  around_.dispatcher.remove(id_);
  std::list<Broadcast>().swap(broadcasts_);
  stage_ = Stage::over;
  Fault last_fault;
  if (!library_.calls().destroy(std::exchange(plugin_, nullptr), last_fault))
    spdlog::error("plugin {} failed as it was destroyed: {}; report it to the plugin's author ({})", name(),
                  reason_of(last_fault), library_.file().string());
}

void PluginInstance::report_end(const char* what, const Fault& fault) const noexcept {
  spdlog::error(
      "plugin {} {}: {}; the daemon goes on without it. Check the options in [plugin {}], or switch it off "
      "with '{} = no' in [plugins] ({})",
      name(), what, reason_of(fault), name(), name(), library_.file().string());
}

const dispatch::CallStatistics* PluginInstance::statistics() const noexcept {
  return plugin_ == nullptr ? nullptr : around_.dispatcher.statistics(id_);
}

bool PluginInstance::event(ServerId server, const Message& message, Fault& fault) noexcept {
  return library_.calls().event(*plugin_, server, message, fault);
}

bool PluginInstance::server_up(ServerId server, Fault& fault) noexcept {
  return library_.calls().server_up(*plugin_, server, fault);
}

bool PluginInstance::server_down(ServerId server, Fault& fault) noexcept {
  return library_.calls().server_down(*plugin_, server, fault);
}

bool PluginInstance::server_added(ServerId server, Fault& fault) noexcept {
  return library_.calls().server_added(*plugin_, server, fault);
}

bool PluginInstance::server_changed(ServerId server, Fault& fault) noexcept {
  return library_.calls().server_changed(*plugin_, server, fault);
}

bool PluginInstance::server_retired(ServerId server, Fault& fault) noexcept {
  return library_.calls().server_retired(*plugin_, server, fault);
}

bool PluginInstance::events_lost(ServerId server, std::uint64_t count, Fault& fault) noexcept {
  return library_.calls().events_lost(*plugin_, server, count, fault);
}

bool PluginInstance::report(Fault& fault) noexcept { return library_.calls().report(*plugin_, fault); }

bool PluginInstance::completion(const Completion& done, const Reply& reply, Fault& fault) noexcept {
  return library_.calls().completion(done, reply, fault);
}

bool PluginInstance::task(const std::function<void()>& task, Fault& fault) noexcept {
  return library_.calls().task(task, fault);
}

}  // namespace amibroker::host
