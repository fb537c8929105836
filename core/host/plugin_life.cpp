// SPDX-License-Identifier: Apache-2.0
#include "core/host/plugin_life.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace amibroker::host {
namespace {

using std::chrono::milliseconds;

std::string length_of(milliseconds length) {
  if (length >= std::chrono::minutes(1))
    return std::to_string(std::chrono::duration_cast<std::chrono::minutes>(length).count()) + " min";
  if (length >= std::chrono::seconds(1))
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(length).count()) + " s";
  return std::to_string(length.count()) + " ms";
}

}  // namespace

PluginLife::PluginLife(std::string name, const Surroundings& surroundings, const QuarantineRules& rules)
    : name_(std::move(name)), around_(surroundings), rules_(rules) {
  common_.throws_too_often = [this](PluginInstance& instance) { too_many_faults(instance); };
}

PluginLife::~PluginLife() { end(); }

dispatch::CallStatistics PluginLife::statistics() const {
  dispatch::CallStatistics all = ended_;
  if (runs_here()) all += instance_->all_statistics();
  if (apart_) all += apart_->statistics();
  return all;
}

void PluginLife::set_keys(const PluginKeys& keys) {
  keys_ = keys;
  common_.gate.set(keys.allow);
}

PluginLife::Condition PluginLife::condition() const noexcept {
  if (apart_ && apart_->waits()) return Condition::waits;
  if (running()) return Condition::runs;
  if (in_quarantine_) return Condition::quarantine;
  return wanted_ ? Condition::off : Condition::stopped;
}

const char* PluginLife::state() const noexcept {
  switch (condition()) {
    case Condition::runs: return "runs";
    case Condition::waits: return "waits for its next start";
    case Condition::quarantine: return "is in quarantine";
    case Condition::off: return "is off";
    case Condition::stopped: break;
  }
  return "is stopped";
}

std::string PluginLife::version() const {
  if (apart_) return apart_->version();
  return instance_ ? instance_->library().descriptor().version : std::string();
}

void PluginLife::ask(std::string_view command, std::span<const Field> arguments, PluginAnswered done) {
  if (apart_) return apart_->ask(command, arguments, std::move(done));
  if (runs_here()) return done(instance_->ask(command, arguments));
  done({PluginAnswer::Kind::failure, std::string("the plugin ") + state()});
}

std::string PluginLife::summary() const {
  const auto all = statistics();
  const auto refused = common_.gate.refused();
  return fmt::format("{}: {} calls, {} faults, {:.2f} s in it, {} ms the longest call{}", state(), all.calls,
                     all.faults, std::chrono::duration<double>(all.busy).count(),
                     std::chrono::duration_cast<milliseconds>(all.longest).count(),
                     refused == 0 ? "" : fmt::format(", {} actions refused (allow)", refused));
}

/// Whatever was before is forgotten.
void PluginLife::begin_anew() {
  wanted_ = true;
  in_quarantine_ = false;
  pace_ = RestartPace(rules_.pauses, rules_.forgiven);
  around_.loop.cancel(std::exchange(next_step_, 0));
}

bool PluginLife::start(PluginLibrary library, OptionValues options) {
  begin_anew();
  const auto shared = std::make_shared<const OptionValues>(std::move(options));
  if (!apart_) return start_instance(std::move(library), shared, runs_here() ? instance_->save() : std::string());
  after_apart([this, library = std::move(library), shared](std::string saved) {
    start_instance(library, shared, std::move(saved));
  });
  return true;
}

void PluginLife::start_apart(ApartPlugin&& plugin, Isolation isolation) {
  begin_anew();
  isolation.on_fault = plugin.keys.on_fault;
  isolation.end_daemon = rules_.end_daemon;
  isolation.memory_limit = plugin.keys.isolation.memory_limit;
  const auto start = [this, next = std::make_shared<ApartPlugin>(std::move(plugin)), isolation](std::string saved) {
    keep_apart(std::move(*next));
    apart_ = std::make_unique<IsolatedInstance>(next->plugin, isolation, around_, common_, std::move(saved));
    apart_->start();
  };
  if (apart_) return after_apart(start);
  std::string saved = runs_here() ? instance_->save() : std::string();
  end_instance();
  start(std::move(saved));
}

void PluginLife::keep_apart(ApartPlugin&& plugin) {
  if (apart_) apart_->begin_next_with(std::move(plugin.plugin));
  apart_file_ = plugin.file;
  apart_options_ = std::move(plugin.options);
}

/// Lets the process of its own end, and does `next` then.
void PluginLife::after_apart(IsolatedInstance::Left next) {
  const auto left = [this, next = std::move(next)](std::string saved) {
    ended_ += apart_->statistics();
    apart_.reset();
    next(std::move(saved));
  };
  if (!apart_->leave(left)) left({});
}

bool PluginLife::change_options(OptionValues options) {
  if (!runs_here()) return false;
  const auto shared = std::make_shared<const OptionValues>(std::move(options));
  return instance_->take_options(shared) || start_instance(instance_->library(), shared, instance_->save());
}

bool PluginLife::start_instance(PluginLibrary library, std::shared_ptr<const OptionValues> options, std::string saved) {
  auto next =
      std::make_unique<PluginInstance>(std::move(library), std::move(options), around_, common_, std::move(saved));
  const bool starts = runs_here() ? next->start("the instance that ran before goes on") : next->start();
  if (!starts && runs_here()) {
    over_.push_back(std::move(next));
    return false;
  }
  end_instance();
  instance_ = std::move(next);
  started_ = around_.loop.now();
  if (!starts) return false;
  spdlog::info("plugin {} {} runs ({})", name_, instance_->library().descriptor().version,
               instance_->library().file().string());
  return true;
}

void PluginLife::end_instance() noexcept {
  if (!instance_) return;
  if (instance_->running()) {
    instance_->stop();
    ended_ += instance_->all_statistics();
  }
  over_.push_back(std::move(instance_));
}

void PluginLife::stop() noexcept {
  stop_here();
  if (apart_) after_apart([](const std::string&) {});
}

void PluginLife::ask_to_end() noexcept {
  if (apart_) apart_->ask_to_stop();
}

void PluginLife::end() noexcept {
  stop_here();
  if (apart_) apart_->stop();
}

void PluginLife::stop_here() noexcept {
  wanted_ = in_quarantine_ = false;
  around_.loop.cancel(std::exchange(next_step_, 0));
  if (!runs_here()) return;
  instance_->stop();
  ended_ += instance_->all_statistics();
}

// --- Quarantine -----------------------------------------------------------------------------------------------

void PluginLife::too_many_faults(PluginInstance& instance) {
  if (keys_.on_fault == OnFault::ignore) return;
  const auto all = instance.all_statistics();
  if (keys_.on_fault == OnFault::exit) {
    instance.mute();
    spdlog::critical("plugin {} threw {} times in {} calls, and on_fault = exit ends the daemon: {}", name_, all.faults,
                     all.calls, instance.faults());
    rules_.end_daemon();
    return;
  }
  // It is inside a call. Nothing more reaches it, and it is stopped once the loop has come back from there.
  instance.mute();
  if (next_step_ == 0) next_step_ = around_.loop.after(milliseconds(0), [this] { begin_quarantine(); });
}

void PluginLife::begin_quarantine() {
  next_step_ = 0;
  if (!runs_here() || !instance_->muted()) return;
  const auto all = instance_->all_statistics();
  const std::string faults = instance_->faults();
  stop();
  wanted_ = true;
  const std::string then = plan_return();
  spdlog::error("plugin {} threw {} times in {} calls and is stopped: {}. {} Report it to the plugin's author ({})",
                name_, all.faults, all.calls, faults, then, instance_->library().file().string());
}

/// Plans what comes after a failure, and says so.
std::string PluginLife::plan_return() {
  const auto pause = pace_.failed(around_.loop.now() - started_);
  if (!pause) {
    in_quarantine_ = false;
    return "It stays off until the configuration is loaded again (systemctl reload).";
  }
  in_quarantine_ = true;
  next_step_ = around_.loop.after(*pause, [this] { come_back(); });
  return "A new instance starts in " + length_of(*pause) + ".";
}

void PluginLife::come_back() {
  next_step_ = 0;
  in_quarantine_ = false;
  const auto options = instance_->shared_options();
  if (!start_instance(instance_->library(), options, {})) spdlog::error("plugin {}: {}", name_, plan_return());
}

void PluginLife::look() {
  warn_of_held_back(name_, common_.lines);
  if (!runs_here()) return;
  if (const auto warning = share_.look(instance_->take_loop_time(), around_.loop.now()))
    spdlog::warn("plugin {} {}", name_, *warning);
}

}  // namespace amibroker::host
