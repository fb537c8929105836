// SPDX-License-Identifier: Apache-2.0
#include "core/bus/plugin_bus.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

namespace amibroker::cluster {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds longest_timeout = std::chrono::seconds(60);
/// Questions that cannot be asked have numbers of their own, beyond those of the cluster.
constexpr std::uint64_t first_refused = std::uint64_t{1} << 63U;

}  // namespace

PluginBus::PluginBus(Cluster& cluster, std::string_view plugin, Surroundings surroundings)
    : cluster_(cluster), plugin_(plugin), around_(std::move(surroundings)), last_refused_(first_refused) {
  cluster_.add(*this);
}

PluginBus::~PluginBus() { close(); }

void PluginBus::close() noexcept {
  if (!std::exchange(open_, false)) return;
  cluster_.remove(*this);
  for (const auto& [number, question] : questions_) cluster_.loop().cancel(question.timer);
  questions_.clear();
  heard_.clear();
  answers_.clear();
  changed_.reset();
  lost_.reset();
}

/// Runs `work`, which may run out of memory, and copies what the plugin captured, which may throw anything.
template <typename Work>
bool PluginBus::contained(const char* function, Work&& work) const noexcept {
  if (!open_ || !around_.may_call(function)) return false;
  try {
    return work();
  } catch (const std::exception& e) {
    around_.complain(function, e.what());
  } catch (...) {
    around_.complain(function, "something that it captured threw when it was copied");
  }
  return false;
}

bool PluginBus::usable(const char* function, std::string_view topic, std::string_view payload) const {
  if (!is_topic(topic)) {
    around_.complain(function, "a topic is 1 to 4 tokens of 1 to 40 of A-Z, a-z, 0-9, _ and -, with dots between");
    return false;
  }
  if (payload.size() > most_payload) {
    around_.complain(function, "a message has at most 256 KiB; send it in parts");
    return false;
  }
  return true;
}

bool PluginBus::is_up() const noexcept {
  return contained("Bus::is_up", [&] { return cluster_.is_up(); });
}

void PluginBus::on_change(std::function<void(bool up)> changed) noexcept {
  contained("Bus::on_change", [&] {
    changed_ = changed ? std::make_shared<const std::function<void(bool)>>(std::move(changed)) : nullptr;
    return true;
  });
}

void PluginBus::on_overflow(std::function<void(std::uint64_t count)> lost) noexcept {
  contained("Bus::on_overflow", [&] {
    lost_ = lost ? std::make_shared<const std::function<void(std::uint64_t)>>(std::move(lost)) : nullptr;
    return true;
  });
}

bool PluginBus::publish(std::string_view topic, std::string_view payload) noexcept {
  return contained("Bus::publish", [&] {
    return usable("Bus::publish", topic, payload) && cluster_.is_up() && cluster_.publish(plugin_, topic, payload);
  });
}

template <typename Call, typename Subscribe>
bool PluginBus::listen(const char* function, Calls<Call>& calls, std::string_view topic, Call call,
                       Subscribe&& subscribe) {
  if (!usable(function, topic, {})) return false;
  if (!call) {
    around_.complain(function, "the std::function is empty; give it one that can be called");
    return false;
  }
  const auto found = calls.find(topic);
  if (found == calls.end() && calls.size() >= most_topics) {
    around_.complain(function, "it has 1,000 topics already, which is the most");
    return false;
  }
  if (!subscribe()) return false;
  auto kept = std::make_shared<const Call>(std::move(call));
  if (found != calls.end()) found->second = std::move(kept);
  else calls.emplace(topic, std::move(kept));
  return true;
}

bool PluginBus::subscribe(std::string_view topic, std::function<void(const Heard&)> heard) noexcept {
  return contained("Bus::subscribe", [&] {
    return listen("Bus::subscribe", heard_, topic, std::move(heard),
                  [&] { return cluster_.subscribe(plugin_, topic); });
  });
}

void PluginBus::unsubscribe(std::string_view topic) noexcept {
  contained("Bus::unsubscribe", [&] {
    const auto found = heard_.find(topic);
    if (found == heard_.end()) return false;
    heard_.erase(found);
    cluster_.unsubscribe(plugin_, topic);
    return true;
  });
}

bool PluginBus::serve(std::string_view topic,
                      std::function<std::optional<std::string>(const Heard& question)> answer) noexcept {
  return contained("Bus::serve", [&] {
    return listen("Bus::serve", answers_, topic, std::move(answer), [&] { return cluster_.serve(plugin_, topic); });
  });
}

void PluginBus::request(std::string_view site, std::string_view topic, std::string_view payload, milliseconds timeout,
                        std::function<void(std::optional<std::string_view> answer)> done) noexcept {
  contained("Bus::request", [&] {
    if (!done) {
      around_.complain("Bus::request", "the std::function is empty; give it one that can be called");
      return false;
    }
    std::uint64_t number = 0;
    if (!is_token(site)) around_.complain("Bus::request", "no site has such a name");
    else if (questions_.size() >= most_questions)
      around_.complain("Bus::request", "10,000 of its questions wait for answers, which is the most");
    else if (usable("Bus::request", topic, payload) && cluster_.is_up())
      number = cluster_.ask(plugin_, site, topic, payload);
    if (number != 0) wait(number, std::clamp(timeout, milliseconds(1), longest_timeout), std::move(done));
    else wait(++last_refused_, milliseconds(0), std::move(done));
    return true;
  });
}

void PluginBus::wait(std::uint64_t number, milliseconds timeout, Done done) {
  Question& question = questions_[number];
  question.done = std::make_shared<const Done>(std::move(done));
  question.timer = cluster_.loop().after(timeout, [this, number] { finish(number, std::nullopt); });
}

void PluginBus::finish(std::uint64_t number, std::optional<std::string_view> answer) noexcept {
  const auto found = questions_.find(number);
  if (found == questions_.end()) return;  // it was answered already, or another instance's
  const auto done = std::move(found->second.done);
  cluster_.loop().cancel(found->second.timer);
  questions_.erase(found);
  if (!answer) cluster_.count_unanswered();
  around_.guarded("an answer of the bus", [&] { (*done)(answer); });
}

void PluginBus::changed(bool up) noexcept {
  if (const auto call = changed_) around_.guarded("on_change of the bus", [&] { (*call)(up); });
}

void PluginBus::lost(std::uint64_t count) noexcept {
  if (const auto call = lost_) around_.guarded("on_overflow of the bus", [&] { (*call)(count); });
}

void PluginBus::arrived(const Arrived& message) noexcept {
  const Subject& subject = message.subject;
  if (subject.kind == Subject::Kind::answer) return finish(subject.number, message.payload);
  if (subject.kind == Subject::Kind::ask) return answer(message);
  const auto found = heard_.find(subject.topic);
  if (found == heard_.end()) return;  // nobody wants it any more
  const auto call = found->second;
  around_.guarded("a message of the bus", [&] { (*call)(Heard{subject.site, subject.topic, message.payload}); });
}

void PluginBus::answer(const Arrived& question) {
  const auto found = answers_.find(question.subject.topic);
  if (found == answers_.end()) return;
  const auto call = found->second;
  std::optional<std::string> answer;
  const bool fine = around_.guarded("a question of the bus", [&] {
    answer = (*call)(Heard{{}, question.subject.topic, question.payload});
  });
  if (!fine || !answer) return;
  if (answer->size() > most_payload)
    return around_.complain("Bus::serve", "its answer has more than 256 KiB; answer in parts");
  static_cast<void>(cluster_.answer(plugin_, question.reply, *answer));
}

std::int64_t PluginBus::unix_ms() const noexcept {
  return std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace amibroker::cluster
