// SPDX-License-Identifier: Apache-2.0
#include "plugins/bus/streams.hpp"

#include <utility>

#include "plugins/bus/topic.hpp"

namespace amibroker::bus {

void Streams::set_wanted(std::shared_ptr<const Wanted> wanted) {
  wanted_ = std::move(wanted);
  ++generation_;
}

Streams::Names& Streams::names_of(ServerId server) {
  if (server >= names_.size()) names_.resize(server + std::size_t{1});
  return names_[server];
}

Stream* Streams::if_wanted(Stream& stream) const {
  if (stream.looked_up_in != generation_) {
    stream.is_wanted = wanted_->has(stream.topic);
    stream.looked_up_in = generation_;
  }
  return stream.is_wanted ? &stream : nullptr;
}

Stream* Streams::wanted(ServerId server, std::string_view section, std::string_view name) {
  Names& names = names_of(server);
  auto found = names.find(name);
  if (found == names.end()) {
    if (names.size() >= most_names) return nullptr;
    found = names.emplace(name, Stream{}).first;
    make_event_topic(found->second.topic, section, name);
  }
  return if_wanted(found->second);
}

Stream* Streams::wanted_about(ServerId server, std::string_view prefix, std::string_view section) {
  const auto [found, is_new] = names_of(server).try_emplace(std::string(prefix));
  if (is_new) found->second.topic.assign(prefix).append(section);
  return if_wanted(found->second);
}

void Streams::forget(ServerId server) {
  if (server < names_.size()) names_[server] = {};
}

}  // namespace amibroker::bus
