// SPDX-License-Identifier: Apache-2.0
//
// What happened in a run, as far as the checks need it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "amibroker/host.hpp"
#include "tests/simulation/agenda.hpp"
#include "tests/simulator/presence.hpp"

namespace amibroker::simulation {

/// What a check found.
struct Failure {
  std::string check;  ///< the check's name, one word
  std::string text;
};

/// Values are kept as `as_text` makes them, so that two ways to write one presence are one value.
class Ledger {
 public:
  /// One variable on one target.
  struct Cell {
    std::size_t requested = 0;          ///< writes that the broker asked for
    std::size_t failed = 0;             ///< of these, without success
    std::size_t needless = 0;           ///< that the server took although it held the value
    std::vector<std::string> executed;  ///< values that the server took, in order
  };

  explicit Ledger(std::size_t servers) : targets_(servers), lists_of_(servers, 0), ups_(servers, 0), marks_(servers) {}

  // What happens.
  void changed(std::string_view name, std::string value) {
    note(name, std::move(value));
    ++changes_[std::string(name)];
  }
  /// Asterisk published a change twice, which looks like a further change.
  void repeated(std::string_view name) { ++changes_[std::string(name)]; }
  /// An origin's value that counts as no change, such as what it says again after it came back.
  void note(std::string_view name, std::string value) { histories_[std::string(name)].push_back(std::move(value)); }
  void requested(ServerId target, std::string_view variable) {
    if (is_note(variable)) return;  // it is about the broker itself, and may be due at any time
    ++cell(target, variable).requested;
    ++writes_;
  }
  void failed(ServerId target, std::string_view variable) { ++cell(target, variable).failed; }
  void executed(ServerId target, std::string_view variable, std::string_view value, bool changed);
  void listed(ServerId server) {
    ++lists_;
    ++lists_of_[server];
  }
  void came_up(ServerId server) { ++ups_[server]; }
  /// A life of a broker said on this server whether it leads there.
  void marked(ServerId server, std::string_view life, bool leads, Time now);
  void life_began() { ++lives_; }
  void fail(std::string_view check, std::string text);

  // What the checks ask.
  [[nodiscard]] const std::optional<Failure>& failure() const noexcept { return failure_; }
  [[nodiscard]] std::size_t writes() const noexcept { return writes_; }
  [[nodiscard]] std::size_t lists() const noexcept { return lists_; }
  [[nodiscard]] std::size_t lists(ServerId server) const noexcept { return lists_of_[server]; }
  [[nodiscard]] std::size_t changes(std::string_view name) const;
  [[nodiscard]] std::size_t ups(ServerId server) const noexcept { return ups_[server]; }
  [[nodiscard]] std::size_t lives() const noexcept { return lives_; }
  /// How many lives said since then, with their last word on this server, that they lead there.
  [[nodiscard]] std::size_t leaders(ServerId server, Time since) const;
  [[nodiscard]] const std::vector<std::string>& history(std::string_view name) const;
  [[nodiscard]] const std::map<std::string, Cell, std::less<>>& cells(ServerId target) const noexcept {
    return targets_[target];
  }

  [[nodiscard]] static std::string as_text(const sim::Presence& presence);

 private:
  Cell& cell(ServerId target, std::string_view variable);
  [[nodiscard]] static bool is_note(std::string_view variable) noexcept {
    return variable.find("zmq-ami-broker") != std::string_view::npos;
  }

  std::vector<std::map<std::string, Cell, std::less<>>> targets_;
  std::map<std::string, std::size_t, std::less<>> changes_;
  std::map<std::string, std::vector<std::string>, std::less<>> histories_;
  std::vector<std::size_t> lists_of_;
  std::vector<std::size_t> ups_;
  struct LastMark {
    bool leads;
    Time time;
  };
  std::vector<std::map<std::string, LastMark, std::less<>>> marks_;
  std::size_t lives_ = 0;
  std::size_t writes_ = 0;
  std::size_t lists_ = 0;
  std::optional<Failure> failure_;
};

}  // namespace amibroker::simulation
