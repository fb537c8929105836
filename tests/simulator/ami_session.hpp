// SPDX-License-Identifier: Apache-2.0
//
// What one connection to Asterisk's manager interface is and may do, without its socket (Asterisk: main/manager.c).
// No I/O, no clock. One thread.
#pragma once

#include <regex.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/actions.hpp"
#include "tests/simulator/ami_classes.hpp"
#include "tests/simulator/ami_options.hpp"
#include "tests/simulator/ami_text.hpp"

namespace amibroker::sim {

class AmiSession {
 public:
  /// `options` has to outlive the session. `number` makes its challenge.
  AmiSession(const AmiOptions& options, std::uint64_t number) : options_(&options), number_(number) {}

  /// Carries out one action; the answer is in `replies`. `in_use`: another session of the account is logged in.
  [[nodiscard]] ActionResult act(Asterisk& asterisk, const AmiAction& action, bool in_use);

  /// Whether it gets that event: by its rights, its mask and its filters. `text` is the event as ami_text has it.
  [[nodiscard]] bool wants(const Fields& event, const std::string& text) const;

  [[nodiscard]] bool logged_in() const noexcept { return logged_in_; }
  /// Whether an action came after the login.
  [[nodiscard]] bool asked() const noexcept { return asked_; }
  /// As they were sent, in order.
  [[nodiscard]] std::vector<std::string> filters() const;
  /// As it was sent last, with Login or with Events.
  [[nodiscard]] const std::string& event_mask() const noexcept { return mask_text_; }

 private:
  struct FreeRegex {
    void operator()(regex_t* regex) const noexcept {
      ::regfree(regex);
      delete regex;
    }
  };
  struct Filter {
    std::string text;
    bool excludes;
    std::unique_ptr<regex_t, FreeRegex> regex;
  };

  void run(Asterisk& asterisk, const Fields& action, ActionResult& result, bool in_use);
  void give_challenge(const Fields& action, ActionResult& result) const;
  void log_in(const Fields& action, ActionResult& result, bool in_use);
  [[nodiscard]] bool is_right(const Fields& login) const;
  void set_mask(std::string_view text);
  void change_events(const Fields& action, ActionResult& result);
  void add_filter(const Fields& action, ActionResult& result);
  [[nodiscard]] std::string challenge() const { return std::to_string(100'000'000 + number_ * 7919); }

  const AmiOptions* options_;
  std::uint64_t number_;
  bool logged_in_ = false;
  bool asked_ = false;
  Classes mask_ = kAllClasses;
  std::string mask_text_;
  std::vector<Filter> filters_;
};

}  // namespace amibroker::sim
