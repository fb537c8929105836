// SPDX-License-Identifier: Apache-2.0
#include "core/host/isolated_instance.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>
#include <utility>

#include "core/base/printable.hpp"

namespace amibroker::host {

using isolated::FrameReader;
using isolated::FrameWriter;
using isolated::Kind;
using std::chrono::milliseconds;

namespace {

/// A helper that leaves so much unread will never read it.
constexpr std::size_t most_waiting = std::size_t{256} << 20;

std::string seconds_text(milliseconds time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time).count();
  return seconds % 60 == 0 && seconds > 0 ? std::to_string(seconds / 60) + " min" : std::to_string(seconds) + " s";
}

void set_fault(Fault& fault, const char* text) noexcept { std::strncpy(fault.text, text, sizeof fault.text - 1); }

}  // namespace

IsolatedInstance::IsolatedInstance(isolated::PluginFrame plugin, Isolation isolation, const Surroundings& surroundings,
                                   PluginCommon& common, std::string saved)
    : isolation_(std::move(isolation)), around_(surroundings), common_(common), pace_(isolation_.restarts) {
  begin_.plugin = std::move(plugin);
  begin_.memory_limit = isolation_.memory_limit;
  begin_.ignores_faults = isolation_.on_fault == OnFault::ignore;
  begin_.state_folder = around_.state_folder.string();
  begin_.saved = std::move(saved);
}

IsolatedInstance::~IsolatedInstance() { stop(); }

bool IsolatedInstance::start() {
  if (stage_ != Stage::made) return running();
  spawn();
  return running();
}

/// The process learns of all servers in its first frame, so the handler is added in the same turn of the loop.
void IsolatedInstance::spawn() {
  begun_ = std::chrono::steady_clock::now();
  try {
    process_ = std::make_unique<isolated::Process>(isolation_.program, begin_.plugin.config.name);
    output_ =
        std::make_unique<isolated::Output>(around_.loop, process_->take_output(), std::string(name()), &common_.lines);
    channel_ = std::make_unique<isolated::Channel>(
        around_.loop, process_->take_socket(), isolated::longest_to_daemon,
        isolated::Channel::Calls{[this](Kind kind, std::string_view body) { on_frame(kind, body); },
                                 [this](const std::string& why) {
                                   if (!why.empty()) give_up("it sent what no helper sends: " + why);
                                 },
                                 [this] { tell_of_lost_events(); }});
    watch_end();
    const auto servers = around_.servers.infos();
    std::vector<bool> up(servers.size());
    for (const ServerInfo& server : servers) up[server.id] = around_.dispatcher.is_up(server.id);
    begin_.general = general();
    base_ = common_.counters.values();
    is_started_ = false;
    ++lives_;
    lost_.assign(servers.size(), 0);
    channel_->send(Kind::begin, [&](FrameWriter& frame) { begin_.write(frame, servers, up); });
    std::string().swap(begin_.saved);  // a process that crashed leaves nothing to the next one
    id_ = around_.dispatcher.add(*this);
    timer_ = around_.loop.every(isolation_.heartbeat, [this] { beat(); });
  } catch (const std::exception& error) {
    take_down();
    plan_restart(std::string("no process could be started: ") + error.what());
    return;
  }
  stage_ = Stage::runs;
}

void IsolatedInstance::watch_end() {
  // Asio closes what it watches, and the process keeps its own.
  const int handle = ::fcntl(process_->ended(), F_DUPFD_CLOEXEC, 0);
  if (handle < 0) throw std::system_error(errno, std::generic_category(), "fcntl");
  end_ = std::make_unique<boost::asio::posix::stream_descriptor>(around_.loop.io(), handle);
  end_->async_wait(
      boost::asio::posix::stream_descriptor::wait_read,
      [this, alive = std::weak_ptr(alive_), process = process_.get()](const boost::system::error_code& error) {
        if (alive.expired() || error || process != process_.get()) return;
        around_.loop.woken();
        on_end();
      });
}

// ---- to the plugin

template <typename Write>
bool IsolatedInstance::pass(Kind kind, Fault& fault, Write&& write) noexcept {
  if (stage_ != Stage::runs || !channel_) return true;
  try {
    channel_->send(kind, write);
    if (channel_->waiting() > most_waiting) give_up("it reads nothing of what it is told");
    return true;
  } catch (const std::exception& error) {
    set_fault(fault, error.what());
    return false;
  }
}

bool IsolatedInstance::event(ServerId server, const Message& message, Fault& fault) noexcept {
  if (stage_ != Stage::runs || !channel_) return true;
  if (channel_->congested()) {
    ++lost_[server];
    return true;
  }
  return pass(Kind::event, fault, [&](FrameWriter& frame) { frame.number(server).message(message); });
}

void IsolatedInstance::tell_of_lost_events() {
  Fault fault;
  for (ServerId server = 0; server < lost_.size(); ++server)
    if (const auto count = std::exchange(lost_[server], 0); count > 0) {
      spdlog::warn(
          "plugin {} takes its events too slowly: {} of server '{}' were dropped. It is told of them; the other "
          "plugins have them all",
          name(), count, base::printable(around_.servers.infos()[server].name, 80));
      events_lost(server, count, fault);
    }
}

bool IsolatedInstance::server_up(ServerId server, Fault& fault) noexcept {
  return pass(Kind::server_up, fault, [&](FrameWriter& frame) { frame.number(server); });
}

bool IsolatedInstance::server_down(ServerId server, Fault& fault) noexcept {
  return pass(Kind::server_down, fault, [&](FrameWriter& frame) { frame.number(server); });
}

bool IsolatedInstance::pass_server(Kind kind, ServerId server, Fault& fault) noexcept {
  return pass(kind, fault, [&](FrameWriter& frame) {
    isolated::ServerFrame::write(frame, around_.servers.infos()[server], around_.dispatcher.is_up(server));
  });
}

bool IsolatedInstance::server_added(ServerId server, Fault& fault) noexcept {
  try {
    lost_.resize(std::max<std::size_t>(lost_.size(), server + std::size_t{1}));
  } catch (const std::exception& error) {
    set_fault(fault, error.what());
    return false;
  }
  return pass_server(Kind::server_added, server, fault);
}

bool IsolatedInstance::server_changed(ServerId server, Fault& fault) noexcept {
  return pass_server(Kind::server_changed, server, fault);
}

bool IsolatedInstance::server_retired(ServerId server, Fault& fault) noexcept {
  return pass(Kind::server_retired, fault, [&](FrameWriter& frame) { frame.number(server); });
}

bool IsolatedInstance::events_lost(ServerId server, std::uint64_t count, Fault& fault) noexcept {
  return pass(Kind::events_lost, fault, [&](FrameWriter& frame) { frame.number(server).number(count); });
}

bool IsolatedInstance::report(Fault& fault) noexcept {
  return pass(Kind::report, fault, [](FrameWriter&) {});
}

void IsolatedInstance::ask(std::string_view command, std::span<const Field> arguments, PluginAnswered done) {
  const auto fail = [&](const char* why) { done({PluginAnswer::Kind::failure, why}); };
  if (stage_ == Stage::waits) return fail("the plugin's process is gone and starts anew soon");
  if (stage_ != Stage::runs || !channel_) return fail("the plugin does not run");
  if (asked_.size() >= most_asked) return fail("the plugin has not answered the questions before this one yet");
  const isolated::CommandFrame frame_of{++last_asked_, command, {arguments.begin(), arguments.end()}};
  Fault fault;
  if (!pass(Kind::command, fault, [&](FrameWriter& frame) { frame_of.write(frame); })) return fail(fault.text);
  asked_.emplace(last_asked_, std::move(done));
}

void IsolatedInstance::pass_reply(std::uint64_t request, const Reply& reply) noexcept {
  Fault fault;
  pass(Kind::reply, fault, [&](FrameWriter& frame) { isolated::write_reply(frame, request, reply); });
}

bool IsolatedInstance::completion(const Completion& done, const Reply& reply, Fault&) noexcept {
  done(reply);  // made by take_request, which throws nothing
  return true;
}

bool IsolatedInstance::task(const std::function<void()>& task, Fault& fault) noexcept {
  try {
    task();
    return true;
  } catch (const std::exception& error) {
    set_fault(fault, error.what());
    return false;
  }
}

dispatch::CallStatistics IsolatedInstance::statistics() const {
  dispatch::CallStatistics all = ended_;
  if (const auto* const now = id_ ? around_.dispatcher.statistics(*id_) : nullptr) all += *now;
  return all;
}

// ---- its life

isolated::GeneralFrame IsolatedInstance::general() const {
  return {around_.request_timeout, around_.verbose, spdlog::get_level()};
}

/// Counts heartbeats instead of time: if the daemon itself stood still, the process is not to blame.
void IsolatedInstance::beat() {
  if (channel_->closed()) return give_up("it closed its socket");
  if (beats_ - answered_ >= static_cast<std::uint64_t>(isolation_.most_missed))
    return give_up("it did not answer for " + seconds_text(isolation_.heartbeat * isolation_.most_missed));
  Fault fault;
  if (const isolated::GeneralFrame now = general(); now != begin_.general) {
    begin_.general = now;
    pass(Kind::general, fault, [&](FrameWriter& frame) { now.write(frame); });
  }
  ++beats_;
  pass(Kind::ping, fault, [&](FrameWriter& frame) { frame.number(beats_); });
}

/// What follows happens when the process has ended, in on_end: this may be called from inside the channel.
void IsolatedInstance::give_up(std::string why) noexcept {
  if (!process_) return;
  if (why_.empty()) why_ = std::move(why);
  process_->kill();
}

void IsolatedInstance::on_end() {
  const auto ending = process_->ending();
  if (!ending) return watch_end();
  channel_->drive();  // its last frames
  output_->finish();
  if (stage_ == Stage::leaves) return end_leaving();
  const std::string how = threw_ ? "it " + *threw_ + ", and was stopped"
                                 : (why_.empty() ? ending->text() : why_ + ", and was killed") + " " +
                                       process_->last_call() +
                                       (output_->last_words().empty() ? "" : "; it wrote: " + output_->last_words());
  threw_.reset();
  const auto failure = std::exchange(failure_, std::nullopt);
  take_down();
  // One that ran before may start again when what is missing is back.
  if (!failure || lives_ > 1) return plan_restart(failure && !failure->empty() ? "it " + *failure : how);
  stage_ = Stage::over;
  if (!failure->empty()) spdlog::error("plugin {} {}; the daemon goes on without it", name(), *failure);
}

void IsolatedInstance::plan_restart(const std::string& how) {
  const auto wait = pace_.failed(std::chrono::steady_clock::now() - begun_);
  if (!wait) {
    stage_ = Stage::over;
    spdlog::error(
        "plugin {} is gone: {}. It failed too often and stays off until the configuration is loaded again (systemctl "
        "reload); the other plugins go on. Report it to the plugin's author",
        name(), how);
    return;
  }
  stage_ = Stage::waits;
  spdlog::error("plugin {} is gone: {}. Its process starts anew in {}; the other plugins go on", name(), how,
                seconds_text(*wait));
  timer_ = around_.loop.after(*wait, [this] { spawn(); });
}

void IsolatedInstance::ask_to_stop() noexcept {
  left_ = nullptr;
  stop_deadline_ = std::chrono::steady_clock::now() + isolation_.stop_limit;
  if (stage_ != Stage::runs) return;
  Fault fault;
  pass(Kind::stop, fault, [](FrameWriter&) {});
  stage_ = Stage::leaves;
  around_.loop.cancel(std::exchange(timer_, 0));
  channel_->drive();
}

void IsolatedInstance::stop() noexcept {
  if (!stop_deadline_) ask_to_stop();
  if (process_) {
    if (!wait_until([this] { return process_->ending().has_value(); }))
      spdlog::error("plugin {} did not stop within {} ms ({}): its process was killed", name(),
                    isolation_.stop_limit.count(), process_->last_call());
    channel_->drive();  // its last frames
    output_->finish();
    if (const auto ending = process_->ending()) complain_of_a_bad_end(*ending);
  }
  stage_ = Stage::over;
  stop_deadline_.reset();
  take_down();
}

bool IsolatedInstance::leave(Left left) {
  if (stage_ == Stage::runs) {
    Fault fault;
    pass(Kind::save, fault, [](FrameWriter&) {});
    pass(Kind::stop, fault, [](FrameWriter&) {});
    stage_ = Stage::leaves;
    around_.loop.cancel(timer_);
    timer_ = around_.loop.after(isolation_.leave_limit,
                                [this] { give_up("it did not within " + seconds_text(isolation_.leave_limit)); });
  }
  if (stage_ == Stage::leaves) {
    left_ = std::move(left);
    return true;
  }
  stop();
  return false;
}

void IsolatedInstance::end_leaving() {
  complain_of_a_bad_end(*process_->ending());
  stage_ = Stage::over;
  take_down();
  const Left left = std::exchange(left_, nullptr);
  if (left) left(std::exchange(saved_, {}));  // the last that is done here: this object may be gone
}

/// It was told to stop, and did something else.
void IsolatedInstance::complain_of_a_bad_end(const isolated::Ending& ending) const {
  const bool is_good = why_.empty() && !ending.by_signal && ending.number == EXIT_SUCCESS;
  if (is_good) return;
  spdlog::error("plugin {} was to stop: {} {}", name(), why_.empty() ? ending.text() : why_ + ", and was killed",
                process_->last_call());
}

/// The one place where the daemon waits for the process, for at most `stop_limit`. False if that was not enough.
template <typename Done>
bool IsolatedInstance::wait_until(Done&& done) noexcept {
  for (;;) {
    channel_->drive();
    output_->drive();
    if (done()) return true;
    const auto left = std::chrono::ceil<milliseconds>(*stop_deadline_ - std::chrono::steady_clock::now());
    if (left <= milliseconds::zero()) return false;
    std::array<pollfd, 3> ready{{{process_->ended(), POLLIN, 0},
                                 {channel_->closed() ? -1 : channel_->descriptor(), POLLIN, 0},
                                 {output_->ended() ? -1 : output_->descriptor(), POLLIN, 0}}};
    if (channel_->waiting() > 0) ready[1].events |= POLLOUT;
    ::poll(ready.data(), ready.size(), static_cast<int>(left.count()));
  }
}

void IsolatedInstance::take_down() noexcept {
  around_.loop.cancel(std::exchange(timer_, 0));
  ended_ = statistics();
  if (id_) around_.dispatcher.remove(*std::exchange(id_, std::nullopt));
  end_.reset();
  channel_.reset();
  output_.reset();
  process_.reset();
  lost_.clear();
  for (auto& [number, done] : std::exchange(asked_, {}))
    done({PluginAnswer::Kind::failure, "the plugin's process ended before it answered"});
  why_.clear();
  beats_ = answered_ = 0;
}

}  // namespace amibroker::host
