// SPDX-License-Identifier: Apache-2.0
//
// An engine without a wire: all that were made in this process meet in one place.
#pragma once

#include <algorithm>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/bus/engine.hpp"

namespace amibroker::cluster_test {

class MemoryEngine;

/// Where the engines meet.
struct Meeting {
  std::recursive_mutex mutex;
  std::vector<MemoryEngine*> engines;  // never destroyed, as engines are

  static Meeting& here() {
    static auto& meeting = *new Meeting;
    return meeting;
  }
};

class MemoryEngine final : public cluster::Engine {
 public:
  MemoryEngine(std::string name_, cluster::EngineListener& listener) : name(std::move(name_)), listener_(&listener) {
    const std::lock_guard lock(Meeting::here().mutex);
    Meeting::here().engines.push_back(this);
  }

  bool connect(const cluster::Url&, std::string& why) noexcept override {
    const std::lock_guard lock(Meeting::here().mutex);
    ++attempts;
    why = "nobody is in";
    connected_ = listener_ != nullptr && !locked_out_;
    return connected_;
  }
  bool subscribe(const std::string& subject) noexcept override {
    const std::lock_guard lock(Meeting::here().mutex);
    subjects.push_back(subject);
    return connected_;
  }
  bool settle() noexcept override { return connected_; }
  Sent publish(const std::string& subject, const std::string& reply, std::string_view payload) noexcept override {
    const std::lock_guard lock(Meeting::here().mutex);
    if (!connected_) return Sent::no;
    bool heard = false;
    for (MemoryEngine* const other : Meeting::here().engines)
      heard |= other != this && other->hear(subject, reply, payload);
    if (!heard && !reply.empty()) listener_->on_nobody(reply);
    return Sent::yes;
  }
  void disconnect() noexcept override {
    const std::lock_guard lock(Meeting::here().mutex);
    connected_ = false;
    subjects.clear();
  }
  void close() noexcept override {
    const std::lock_guard lock(Meeting::here().mutex);
    listener_ = nullptr;
  }

  /// The connection ends, and there is no other one before `let_in`.
  void lose(std::string_view why) {
    const std::lock_guard lock(Meeting::here().mutex);
    locked_out_ = true;
    connected_ = false;
    if (listener_ != nullptr) listener_->on_closed(why);
  }
  void let_in() {
    const std::lock_guard lock(Meeting::here().mutex);
    locked_out_ = false;
  }
  /// The one that was made last.
  static MemoryEngine& last() {
    const std::lock_guard lock(Meeting::here().mutex);
    return *Meeting::here().engines.back();
  }
  /// As if it had come from somewhere.
  bool hear(std::string_view subject, std::string_view reply, std::string_view payload) noexcept {
    if (!connected_ || listener_ == nullptr) return false;
    const auto count =
        std::count_if(subjects.begin(), subjects.end(), [&](const std::string& one) { return fits(one, subject); });
    for (auto i = count; i > 0; --i) listener_->on_message(subject, reply, payload);
    return count > 0;
  }
  [[nodiscard]] cluster::EngineListener* listener() const noexcept { return listener_; }

  static const cluster::EngineDescriptor& descriptor() {
    static constexpr cluster::EngineDescriptor made = {
        sizeof(cluster::EngineDescriptor), cluster::engine_abi, build_fingerprint, "memory",
        [](const cluster::Access&, const char* name, cluster::EngineListener& listener,
           cluster::EngineFault&) noexcept -> cluster::Engine* { return new MemoryEngine(name, listener); }};
    return made;
  }

  const std::string name;
  std::vector<std::string> subjects;  // of this connection
  int attempts = 0;

 private:
  static bool fits(std::string_view pattern, std::string_view subject) {
    while (true) {
      const auto end = pattern.find('.');
      const auto other = subject.find('.');
      const std::string_view token = pattern.substr(0, end);
      if (token == ">") return !subject.empty();
      if (token != "*" && token != subject.substr(0, other)) return false;
      if (end == pattern.npos || other == subject.npos) return end == pattern.npos && other == subject.npos;
      pattern.remove_prefix(end + 1);
      subject.remove_prefix(other + 1);
    }
  }

  cluster::EngineListener* listener_;
  bool connected_ = false;
  bool locked_out_ = false;
};

}  // namespace amibroker::cluster_test
