// SPDX-License-Identifier: Apache-2.0
//
// The functions of sdk Host, as one plugin gets them. Nothing may leave them: a plugin calls them without a thought of
// exceptions, and often from inside its own destructors.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "core/base/printable.hpp"
#include "core/host/plugin_instance.hpp"
#include "core/host/state_folder.hpp"

namespace amibroker::host {
namespace {

using std::chrono::milliseconds;
constexpr std::size_t longest_log_line = 2'000;
constexpr std::size_t longest_event_name = 200;
/// An action that waits longer than this holds its place in the window for nothing.
constexpr milliseconds longest_timeout = std::chrono::hours(1);

spdlog::level::level_enum spdlog_level(Level level) noexcept {
  switch (level) {
    case Level::debug: return spdlog::level::debug;
    case Level::info: return spdlog::level::info;
    case Level::warning: return spdlog::level::warn;
    case Level::error: break;
  }
  return spdlog::level::err;  // a level that does not exist is a fault of the plugin, and as such worth reading
}

}  // namespace

/// Runs `work`, which may run out of memory, and copies what the plugin captured, which may throw anything.
template <typename Work>
void PluginInstance::contained(const char* function, Work&& work) const noexcept {
  try {
    work();
  } catch (const std::exception& e) {
    complain(function, e.what());
  } catch (...) {
    complain(function, "something that it captured threw when it was copied");
  }
}

void PluginInstance::complain(const char* function, const char* text) const noexcept {
  try {
    const std::lock_guard lock(complaint_mutex_);
    const auto held_back = complaint_limit_.allow(std::chrono::steady_clock::now());
    if (!held_back) return;
    spdlog::error("plugin {} called {}, which did nothing: {} ({} more such calls since the last line)", name(),
                  function, base::printable(text, longest_log_line), *held_back);
  } catch (const std::exception&) {
    return;  // no memory for the line about no memory
  }
}

bool PluginInstance::may_call(const char* function) const noexcept {
  if (std::this_thread::get_id() != thread_) {
    complain(function, "it is not for the plugin's own threads; go through post, whose task runs on the right one");
    return false;
  }
  return stage_ == Stage::running || stage_ == Stage::stopping;
}

template <typename Task>
bool PluginInstance::has_task(const char* function, const Task& task) const noexcept {
  if (task) return true;
  complain(function, "the std::function is empty; give it one that can be called");
  return false;
}

milliseconds PluginInstance::usable_timeout(milliseconds timeout) const noexcept {
  if (timeout == milliseconds::zero()) return around_.request_timeout;
  return std::clamp(timeout, milliseconds(1), longest_timeout);
}

bool PluginInstance::is_up(ServerId server) const noexcept {
  return may_call("is_up") && around_.dispatcher.is_up(server);
}

void PluginInstance::subscribe(std::string_view event) noexcept {
  if (!may_call("subscribe") || stage_ != Stage::running) return;
  if (event.empty() || event.size() > longest_event_name) {
    complain("subscribe", "no event has such a name; subscribe_all asks for all events");
    return;
  }
  contained("subscribe", [&] { around_.dispatcher.subscribe(id_, event); });
}

void PluginInstance::subscribe_all() noexcept {
  if (!may_call("subscribe_all") || stage_ != Stage::running) return;
  contained("subscribe_all", [&] { around_.dispatcher.subscribe_all(id_); });
}

void PluginInstance::unsubscribe(std::string_view event) noexcept {
  if (!may_call("unsubscribe") || stage_ != Stage::running) return;
  contained("unsubscribe", [&] { around_.dispatcher.unsubscribe(id_, event); });
}

void PluginInstance::request(ServerId server, const Action& action, milliseconds timeout, Completion done) noexcept {
  if (!may_call("request")) return;
  contained("request", [&] {
    if (auto why = common_.gate.refusal(name(), action.name())) return refuse(std::move(done), *std::move(why));
    const auto known = servers();
    if (server < known.size() && !known[server].retired) {
      around_.dispatcher.request(id_, server, action, usable_timeout(timeout), std::move(done));
      return;
    }
    const bool retired = server < known.size();
    complain("request", retired ? "that server is retired; on_server_retired says so"
                                : "there is no server of that number; take it from servers() or from an event");
    const std::string_view why = retired ? "the server was taken out of the configuration" : "there is no such server";
    refuse(std::move(done), std::string(why));
  });
}

void PluginInstance::refuse(Completion done, std::string why) {
  if (done) posted_.post([done = std::move(done), why = std::move(why)] { done({Outcome::refused, why, {}}); });
}

void PluginInstance::broadcast(const Action& action, ServerId except, milliseconds timeout,
                               std::function<void(ServerId, const Reply&)> done) noexcept {
  if (!may_call("broadcast")) return;
  contained("broadcast", [&] {
    const auto why_not = common_.gate.refusal(name(), action.name());
    const auto send = [&](const auto& completion_for) {
      for (const ServerInfo& server : servers()) {
        if (server.id == except || server.retired) continue;
        if (why_not) refuse(completion_for(server.id), *why_not);
        else around_.dispatcher.request(id_, server.id, action, usable_timeout(timeout), completion_for(server.id));
      }
    };
    if (!done) {
      send([](ServerId) { return Completion(); });
      return;
    }
    Broadcast& broadcast = broadcasts_.emplace_front(Broadcast{this, std::move(done), 0, {}});
    broadcast.self = broadcasts_.begin();
    send([&broadcast](ServerId server) {
      ++broadcast.missing;
      return [sent = &broadcast, server](const Reply& reply) { sent->owner->answer(*sent, server, reply); };
    });
    if (broadcast.missing == 0) broadcasts_.erase(broadcast.self);
  });
}

void PluginInstance::answer(Broadcast& broadcast, ServerId server, const Reply& reply) {
  // The last answer ends the broadcast, even if the plugin throws.
  std::list<Broadcast> ended;
  if (--broadcast.missing == 0) ended.splice(ended.begin(), broadcasts_, broadcast.self);
  broadcast.done(server, reply);
}

TimerId PluginInstance::after(milliseconds delay, std::function<void()> task) noexcept {
  TimerId timer = 0;
  if (!may_call("after") || stage_ != Stage::running || !has_task("after", task)) return timer;
  contained("after", [&] { timer = timers_.after(delay, std::move(task)); });
  if (timer == 0) complain("after", "it has 100,000 timers already; cancel those that are not needed");
  return timer;
}

TimerId PluginInstance::every(milliseconds period, std::function<void()> task) noexcept {
  TimerId timer = 0;
  if (!may_call("every") || stage_ != Stage::running || !has_task("every", task)) return timer;
  contained("every", [&] { timer = timers_.every(period, std::move(task)); });
  if (timer == 0) complain("every", "it has 100,000 timers already; cancel those that are not needed");
  return timer;
}

void PluginInstance::cancel(TimerId timer) noexcept {
  if (may_call("cancel")) timers_.cancel(timer);
}

void PluginInstance::post(std::function<void()> task) noexcept {
  if (!has_task("post", task)) return;
  contained("post", [&] { posted_.post(std::move(task)); });
}

std::chrono::steady_clock::time_point PluginInstance::now() const noexcept {
  // The loop's time may be read on its own thread only; the plugin's other threads read the same clock.
  return std::this_thread::get_id() == thread_ ? around_.loop.now() : std::chrono::steady_clock::now();
}

void PluginInstance::log(Level level, std::string_view text) noexcept {
  const auto wanted = spdlog_level(level);
  if (!spdlog::should_log(wanted)) return;
  if (!common_.lines.allow(std::chrono::steady_clock::now())) return;
  contained("log", [&] { spdlog::log(wanted, "plugin {}: {}", name(), base::printable(text, longest_log_line)); });
}

/// Made when it is first asked for, so that only plugins that keep something have one.
std::string_view PluginInstance::state_folder() const noexcept {
  if (around_.state_folder.empty()) return {};
  contained("state_folder", [&] {
    std::call_once(state_folder_once_, [&] {
      const auto folder = state_folder_of(around_.state_folder, name());
      if (const std::string why = make_state_folder(folder); !why.empty())
        spdlog::warn("plugin {} has no folder for its files: {}. It goes on without one until it is started anew",
                     name(), why);
      else state_folder_ = folder.string();
    });
  });
  return state_folder_;
}

Counter& PluginInstance::counter(std::string_view name) noexcept {
  Counter* counter = &common_.counters.unreported();
  contained("counter", [&] { counter = &common_.counters.get(name); });
  return *counter;
}

void* PluginInstance::extension(std::string_view name, std::uint32_t version) noexcept {
  const auto is = [&]<typename Extension>(const Extension&) {
    return name == Extension::extension_name && version == Extension::extension_version;
  };
  if (is(around_.same_asterisk)) return &around_.same_asterisk;
  if (is(static_cast<const Commands&>(commands_))) return static_cast<Commands*>(&commands_);
  if (name == Bus::extension_name && version == Bus::extension_version) return bus();
  return nullptr;
}

Bus* PluginInstance::bus() noexcept {
  if (around_.cluster == nullptr || !may_call("extension")) return nullptr;
  if (!bus_ && stage_ == Stage::running)
    contained("extension", [&] {
      bus_ = std::make_unique<cluster::PluginBus>(
          *around_.cluster, name(),
          cluster::PluginBus::Surroundings{[this](const char* function) { return may_call(function); },
                                           [this](const char* function, const char* text) { complain(function, text); },
                                           [this](const char* what, const std::function<void()>& task) {
                                             return around_.dispatcher.call(id_, what, [&](Fault& fault) {
                                               const CallScope call(library_.call_owner(), what);
                                               return library_.calls().task(task, fault);
                                             });
                                           }});
    });
  return bus_.get();
}

}  // namespace amibroker::host
