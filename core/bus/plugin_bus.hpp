// SPDX-License-Identifier: Apache-2.0
//
// The bus as one instance of a plugin has it.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "amibroker/bus.hpp"
#include "core/bus/cluster.hpp"

namespace amibroker::cluster {

/// Loop's thread only.
class PluginBus final : public Bus, private Member {
 public:
  static constexpr std::size_t most_topics = 1000;
  static constexpr std::size_t most_questions = 10'000;

  /// `may_call`: whether the plugin may call this function now. `complain`: says what is wrong with a call. `guarded`:
  /// calls a task of the plugin, which `what` names in the log.
  struct Surroundings {
    std::function<bool(const char* function)> may_call;
    std::function<void(const char* function, const char* text)> complain;
    std::function<bool(const char* what, const std::function<void()>& task)> guarded;
  };
  /// The cluster outlives it; the name and what is referred to as well.
  PluginBus(Cluster& cluster, std::string_view plugin, Surroundings surroundings);
  ~PluginBus();
  PluginBus(const PluginBus&) = delete;
  PluginBus& operator=(const PluginBus&) = delete;

  /// Nothing reaches the plugin any more. While the plugin's code is still there; answers that are missing are dropped.
  void close() noexcept;

  // Bus
  [[nodiscard]] const Info& info() const noexcept override { return cluster_.info(); }
  [[nodiscard]] bool is_up() const noexcept override;
  void on_change(std::function<void(bool up)> changed) noexcept override;
  void on_overflow(std::function<void(std::uint64_t count)> lost) noexcept override;
  bool publish(std::string_view topic, std::string_view payload) noexcept override;
  bool subscribe(std::string_view topic, std::function<void(const Heard&)> heard) noexcept override;
  void unsubscribe(std::string_view topic) noexcept override;
  void request(std::string_view site, std::string_view topic, std::string_view payload,
               std::chrono::milliseconds timeout,
               std::function<void(std::optional<std::string_view> answer)> done) noexcept override;
  bool serve(std::string_view topic,
             std::function<std::optional<std::string>(const Heard& question)> answer) noexcept override;
  [[nodiscard]] std::int64_t unix_ms() const noexcept override;

 private:
  using Done = std::function<void(std::optional<std::string_view>)>;
  struct Question {
    std::shared_ptr<const Done> done;
    base::TimerHandle timer = 0;
  };
  // Shared, for the call of one may put another one in its place.
  template <typename Call>
  using Calls = std::map<std::string, std::shared_ptr<const Call>, std::less<>>;
  using HeardCall = std::function<void(const Heard&)>;
  using AnswerCall = std::function<std::optional<std::string>(const Heard&)>;

  template <typename Work>
  bool contained(const char* function, Work&& work) const noexcept;
  template <typename Call, typename Subscribe>
  bool listen(const char* function, Calls<Call>& calls, std::string_view topic, Call call, Subscribe&& subscribe);
  [[nodiscard]] bool usable(const char* function, std::string_view topic, std::string_view payload) const;
  void wait(std::uint64_t number, std::chrono::milliseconds timeout, Done done);
  void finish(std::uint64_t number, std::optional<std::string_view> answer) noexcept;
  void answer(const Arrived& question);

  [[nodiscard]] std::string_view plugin() const noexcept override { return plugin_; }
  void changed(bool up) noexcept override;
  void lost(std::uint64_t count) noexcept override;
  void arrived(const Arrived& message) noexcept override;
  void unanswered(std::uint64_t number) noexcept override { finish(number, std::nullopt); }

  Cluster& cluster_;
  std::string_view plugin_;
  Surroundings around_;
  bool open_ = true;
  std::shared_ptr<const std::function<void(bool)>> changed_;
  std::shared_ptr<const std::function<void(std::uint64_t)>> lost_;
  Calls<HeardCall> heard_;
  Calls<AnswerCall> answers_;
  std::map<std::uint64_t, Question> questions_;
  std::uint64_t last_refused_ = 0;
};

}  // namespace amibroker::cluster
