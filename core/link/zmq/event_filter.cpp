// SPDX-License-Identifier: Apache-2.0
#include "core/link/zmq/event_filter.hpp"

#include <algorithm>
#include <utility>

namespace amibroker::link::zeromq {
namespace {

constexpr std::string_view first_key = R"({"Event":")";
const std::vector<std::string> everything{""};

std::vector<std::string> topics_of(const Interest& interest) {
  std::vector<std::string> topics;
  for (const std::string& name : interest.names) topics.push_back(std::string(first_key) + name + '"');
  // The one event that the original module writes with a blank.
  if (std::binary_search(interest.names.begin(), interest.names.end(), "LoadZmq"))
    topics.emplace_back(R"({"Event": "LoadZmq")");
  std::sort(topics.begin(), topics.end());
  return topics;
}

}  // namespace

void EventFilter::set_interest(const Interest& interest) {
  interest_ = interest;
  if (interest_.all) interest_.names.clear();
  changed_ = true;
}

void EventFilter::restart() {
  numbering_ = Numbering::unknown;
  changed_ = narrowed_ = by_name_ = false;
  topics_ = everything;
  all_.restart();
  names_.watch(interest_.names);
  names_.forget();
}

bool EventFilter::see(std::string_view json, std::string_view name) {
  const auto peeked = ami::peek_numbers(json);
  const ami::EventNumbers* numbers = peeked ? &*peeked : nullptr;
  const bool learned = learn(json, name, numbers);
  const bool lost = by_name_ ? see_by_name(name, numbers) : numbers != nullptr && see_among_all(name, *numbers);
  return learned || lost;
}

bool EventFilter::learn(std::string_view json, std::string_view name, const ami::EventNumbers* numbers) {
  const auto shown = numbers == nullptr            ? Numbering::none
                     : numbers->name_sequence == 0 ? Numbering::of_all
                                                   : Numbering::by_name;
  if (shown <= numbering_ || !json.starts_with(first_key)) return false;
  // The module's word for its own losses is not one of Asterisk's events, and has no number by name.
  if (shown == Numbering::of_all && name == "ZmqOverflow") return false;
  numbering_ = shown;
  changed_ = true;
  return true;
}

bool EventFilter::see_among_all(std::string_view name, const ami::EventNumbers& numbers) {
  const auto last = all_.last();
  if (last && numbers.sequence != *last + 1) names_.forget();  // what is missing may be of any name
  names_.follow(name, numbers);
  return all_.see(numbers.sequence);
}

bool EventFilter::see_by_name(std::string_view name, const ami::EventNumbers* numbers) {
  if (narrowed_ || names_.watches(name)) return numbers != nullptr && names_.see(name, *numbers);
  // Only the subscription to all asks for this event, so from here on the server sends all. (Or we stopped asking for
  // all a moment ago, and the event was on its way already: then what follows looks like a loss, and states are read
  // once for nothing.)
  by_name_ = false;
  all_.restart();
  names_.watch(interest_.names);
  names_.forget();
  return numbers != nullptr && see_among_all(name, *numbers);
}

std::optional<std::uint64_t> EventFilter::take_loss() noexcept {
  const auto of_all = all_.take();
  const auto by_name = names_.take();
  if (!of_all && !by_name) return std::nullopt;
  return sum_of_losses(of_all.value_or(0), by_name.value_or(0));
}

std::optional<std::vector<std::string>> EventFilter::take_topics() {
  if (!std::exchange(changed_, false)) return std::nullopt;
  narrowed_ = !wants_all() && (numbering_ == Numbering::none || numbering_ == Numbering::by_name);
  if (narrowed_ || !by_name_) names_.watch(interest_.names);
  if (narrowed_ && !std::exchange(by_name_, true))
    if (const auto last = all_.last()) names_.all_seen_up_to(*last);
  auto topics = narrowed_ ? topics_of(interest_) : everything;
  if (topics == topics_) return std::nullopt;
  topics_ = topics;
  return topics;
}

}  // namespace amibroker::link::zeromq
