// SPDX-License-Identifier: Apache-2.0
#include "core/link/zmq/wire.hpp"

#include <charconv>
#include <utility>

#include "core/link/zmq/encoded_message.hpp"

namespace amibroker::link::zeromq {
namespace {

// Asterisk's own events have some hundred bytes; a list of 100,000 devices has about 10 MB.
constexpr std::size_t largest_event_bytes = 256 * 1024;
constexpr std::size_t largest_answer_bytes = 64 * 1024 * 1024;
constexpr std::uint64_t no_action = 0;  // ActionIDs count from 1
constexpr std::size_t largest_short_answer_bytes = 128 * 1024;

std::optional<std::uint64_t> number(std::string_view text) noexcept {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string too_large(std::string_view json) { return "it has " + std::to_string(json.size()) + " bytes"; }

}  // namespace

/// An event that is decoded when the dispatcher asks for it.
class ZmqWire::Frame final : public ami::EventFrame {
 public:
  /// `name`: see ami::peek_event_name.
  Frame(ZmqWire& wire, std::string_view json, std::string_view name) : wire_(wire), json_(json), name_(name) {
    if (name_.empty()) name_from_message();
  }
  [[nodiscard]] std::string_view name() const noexcept override { return name_; }
  [[nodiscard]] const Message* message() override {
    if (!decoded_) decode();
    return message_;
  }

 private:
  void decode() {
    decoded_ = true;
    ami::JsonDecoder& decoder = wire_.shared_.event_decoder;
    message_ = decoder.decode_event(json_);
    if (message_ == nullptr && !wire_.closed_) wire_.listener_.on_bad("an event", decoder.error());
  }
  void name_from_message() {
    decode();
    if (message_ == nullptr) return;
    name_ = message_->event();
    if (name_.empty()) wire_.listener_.on_bad("an event", "it has no header Event");
  }

  ZmqWire& wire_;
  std::string_view json_;
  std::string_view name_;
  bool decoded_ = false;
  const Message* message_ = nullptr;
};

ZmqWire::ZmqWire(Shared shared, const std::string& address, const ZmqAccess& access, bool trace,
                 const Interest& interest, WireListener& listener)
    : shared_(shared), listener_(listener), trace_(trace), shows_traffic_(trace), filter_(trace) {
  filter_.set_interest(interest);
  filter_.restart();
  connection_ = std::make_unique<Connection>(
      shared_.context, shared_.sockets, address, access,
      Connection::Callbacks{
          .on_event = [this](std::string_view json) { on_event(json); },
          .on_answer = [this](std::string_view json) { return on_answer(json); },
          .on_bad = [this](std::string_view what) { listener_.on_bad(what, "the wire does not have such messages"); },
          .on_connected =
              [this] {
                if (!std::exchange(connected_, true)) listener_.on_connected();
              },
          .on_ready =
              [this] {
                ready_ = true;
                listener_.on_ready();
              },
          .on_lost = [this](const Loss& loss) { listener_.on_lost(loss); }});
}

bool ZmqWire::send(const Encoded& action) {
  if (closed_) return false;
  if (shows_traffic_) listener_.on_traffic("->", action.bytes());
  ::zmq::message_t message = static_cast<const EncodedMessage&>(action).share();
  return connection_->send(message);
}

void ZmqWire::flush() {
  if (closed_) return;
  // First, because what plugins ask for then still goes out now.
  tell_loss();
  if (!closed_) adjust_subscriptions();
}

void ZmqWire::want(const Interest& interest) {
  filter_.set_interest(interest);
  listener_.on_flush_wanted();
}

void ZmqWire::close() noexcept {
  closed_ = true;
  long_answer_.reset();
  connection_->close();
}

void ZmqWire::adjust_subscriptions() {
  if (const auto topics = filter_.take_topics()) connection_->subscribe(*topics);
  if (filter_.held_by_old_module() && !std::exchange(old_module_noticed_, true))
    listener_.on_notice(
        "has an older build of res_zmq_manager, which does not number events by name: it sends all events, for a loss "
        "could not be noticed otherwise. The present module makes it send only those that plugins want");
}

void ZmqWire::tell_loss() {
  if (const auto count = filter_.take_loss()) listener_.on_events_lost(*count);
}

void ZmqWire::on_event(std::string_view json) {
  if (shows_traffic_) listener_.on_traffic("<-", json);
  // Before anything is dropped: an event that arrived is not missing, whatever is wrong with it.
  const std::string_view name = ami::peek_event_name(json);
  if (filter_.see(json, name)) listener_.on_flush_wanted();
  if (json.size() > largest_event_bytes) return listener_.on_bad("an event", too_large(json));
  Frame frame(*this, json, name);
  if (!frame.name().empty() && !closed_) listener_.on_event(frame);
}

bool ZmqWire::on_answer(std::string_view json) {
  if (shows_traffic_) listener_.on_traffic("<-", json);
  if (json.size() > largest_answer_bytes) {
    listener_.on_bad("an answer", too_large(json));
    return true;
  }
  if (json.size() > largest_short_answer_bytes) {
    long_answer_ = std::make_shared<LongAnswer>(json);
    read_on();
    return false;
  }
  const auto messages = shared_.answer_decoder.decode_reply(json);
  if (messages.empty()) listener_.on_bad("an answer", shared_.answer_decoder.error());
  else hand_over(messages);
  return true;
}

/// Reads a slice of the long answer in a task of its own. Answers after it wait, because their order matters.
void ZmqWire::read_on() {
  shared_.loop.post([this, held = std::weak_ptr<LongAnswer>(long_answer_)] {
    const auto answer = held.lock();  // gone: so is this wire, or its connection
    if (!answer) return;
    const auto state = answer->step();
    if (state == LongAnswer::State::more) {
      listener_.on_progress();
      return read_on();
    }
    long_answer_.reset();
    if (state == LongAnswer::State::done) hand_over(answer->messages());
    else listener_.on_bad("an answer", answer->error());
    if (!closed_) connection_->read_answers();
  });
}

void ZmqWire::hand_over(std::span<const Message> messages) {
  const auto text = messages.front().find("ActionID");
  // An ActionID that is not a number is not one of ours: it must not be taken for an answer without one.
  listener_.on_answer(text ? std::optional(number(*text).value_or(no_action)) : std::nullopt, messages);
}

}  // namespace amibroker::link::zeromq
