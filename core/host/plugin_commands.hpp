// SPDX-License-Identifier: Apache-2.0
//
// The commands that one plugin answers.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "amibroker/commands.hpp"

namespace amibroker::host {

/// What a plugin said.
struct PluginAnswer {
  enum class Kind : std::uint8_t {
    unknown,  ///< it does not answer this command
    json,     ///< `text` is what it calls JSON: it may be anything, of at most `longest_answer` bytes
    failure,  ///< `text` says why there is no answer
  };
  Kind kind = Kind::unknown;
  std::string text{};
};

/// Called once, on the loop's thread, during the question or later.
using PluginAnswered = std::function<void(PluginAnswer answer)>;

inline constexpr std::size_t longest_answer = std::size_t{4} << 20;

/// Loop's thread only.
class PluginCommands final : public Commands {
 public:
  static constexpr std::size_t most = 100;
  static constexpr std::size_t longest_name = 40;

  /// `may_add`: whether the plugin may add one now. `complain`: says what is wrong with a call of `answer`. `guarded`:
  /// calls a task of the plugin; false if it was not called, or threw.
  struct Surroundings {
    std::function<bool()> may_add;
    std::function<void(const char* text)> complain;
    std::function<bool(const std::function<void()>& task)> guarded;
  };
  explicit PluginCommands(Surroundings surroundings) : around_(std::move(surroundings)) {}

  [[nodiscard]] PluginAnswer ask(std::string_view name, std::span<const Field> arguments) const;
  /// While the plugin's code is still there.
  void clear() noexcept { commands_.clear(); }

 private:
  using Run = std::function<void(Call& call)>;
  void add(std::string_view name, Run run) noexcept override;

  Surroundings around_;
  std::map<std::string, std::shared_ptr<const Run>, std::less<>> commands_;
};

}  // namespace amibroker::host
