// SPDX-License-Identifier: Apache-2.0
#include "plugins/bus/streams.hpp"

#include <utility>

#include "plugins/bus/topic.hpp"

namespace amibroker::bus {

void Streams::set_wanted(std::shared_ptr<const Wanted> wanted) {
  wanted_ = std::move(wanted);
  ++generation_;
}

Stream* Streams::wanted(ServerId server, std::string_view section, std::string_view name) {
  if (server >= names_.size()) names_.resize(server + std::size_t{1});
  Names& names = names_[server];
  auto found = names.find(name);
  if (found == names.end()) {
    if (names.size() >= most_names) return nullptr;
    found = names.emplace(name, Stream{}).first;
    make_event_topic(found->second.topic, section, name);
  }
  Stream& stream = found->second;
  if (stream.looked_up_in != generation_) {
    stream.is_wanted = wanted_->has(stream.topic);
    stream.looked_up_in = generation_;
  }
  return stream.is_wanted ? &stream : nullptr;
}

void Streams::forget(ServerId server) {
  if (server < names_.size()) names_[server] = {};
}

}  // namespace amibroker::bus
