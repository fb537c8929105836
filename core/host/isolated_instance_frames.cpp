// SPDX-License-Identifier: Apache-2.0
//
// What comes from the plugin's process, each frame of which may be a lie.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/base/printable.hpp"
#include "core/host/isolated_instance.hpp"

namespace amibroker::host {

using isolated::FrameReader;
using isolated::Kind;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t longest_text = 255;
constexpr std::size_t longest_failure = 2'000;
constexpr milliseconds longest_timeout = std::chrono::hours(1);

}  // namespace

void IsolatedInstance::on_frame(Kind kind, std::string_view body) {
  try {
    FrameReader frame(body);
    take_frame(kind, frame);
    frame.end();
  } catch (const isolated::BadFrame&) {
    throw;  // the channel closes
  } catch (const std::exception& error) {
    give_up(std::string("what it asked for could not be done: ") + error.what());
  }
}

void IsolatedInstance::take_frame(Kind kind, FrameReader& frame) {
  switch (kind) {
    case Kind::started: {
      if (std::exchange(is_started_, true)) throw isolated::BadFrame("it started twice");
      version_ = base::printable(frame.text(longest_text), longest_text);
      const std::string file = base::printable(frame.text(), longest_text);
      spdlog::info("plugin {} {} runs in process {} ({})", name(), version_, process_->id(), file);
      return;
    }
    case Kind::failed: failure_ = base::printable(frame.text(), longest_failure); return;
    case Kind::threw: return take_faults(base::printable(frame.text(), longest_failure));
    case Kind::interest: return take_interest(isolated::read_interest(frame));
    case Kind::request: return take_request(isolated::RequestFrame::read(frame));
    case Kind::answer: return take_answer(frame);
    case Kind::pong: answered_ = std::max(answered_, std::min(beats_, frame.number<std::uint64_t>())); return;
    case Kind::saved: {
      const auto saved = frame.text();
      if (stage_ == Stage::leaves) saved_ = saved;
      return;
    }
    case Kind::counters: return isolated::read_counters(frame, common_.counters, base_);
    default: throw isolated::BadFrame("a frame of kind " + std::to_string(static_cast<int>(kind)));
  }
}

void IsolatedInstance::take_faults(std::string text) {
  threw_ = std::move(text);
  if (isolation_.on_fault != OnFault::exit) return;
  spdlog::critical("plugin {} {}; on_fault = exit ends the daemon", name(), *threw_);
  isolation_.end_daemon();
}

void IsolatedInstance::take_interest(const link::Interest& interest) {
  around_.dispatcher.set_subscriptions(*id_, interest);
}

void IsolatedInstance::take_answer(FrameReader& frame) {
  auto [number, answer] = isolated::read_answer(frame);
  const auto asked = asked_.extract(number);
  if (asked.empty()) throw isolated::BadFrame("an answer to no question");
  asked.mapped()(std::move(answer));
}

void IsolatedInstance::take_request(const isolated::RequestFrame& request) {
  const auto number = request.number;
  const auto answer = [this, number](const Reply& reply) { pass_reply(number, reply); };
  const auto servers = around_.servers.infos();
  if (request.server >= servers.size() || servers[request.server].retired) {
    if (number != 0) answer({Outcome::refused, "there is no such server", {}});
    return;
  }
  if (const auto why = common_.gate.refusal(name(), request.action.name())) {
    if (number != 0) answer({Outcome::refused, *why, {}});
    return;
  }
  around_.dispatcher.request(*id_, request.server, request.action,
                             std::clamp(request.timeout, milliseconds(1), longest_timeout),
                             number == 0 ? Completion() : Completion(answer));
}

}  // namespace amibroker::host
