// SPDX-License-Identifier: Apache-2.0
//
// What the doctor asks of a server that let it in.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "core/doctor/contact.hpp"
#include "core/doctor/seen.hpp"

namespace amibroker::doctor {

/// Asks one server all questions, and takes back what it wrote. Loop's thread.
class Visit {
 public:
  /// `contact` becomes ready later; `seen` and `hints` are filled. `done` is called once, when all is answered or the
  /// limits are over. All that is referred to outlives it.
  Visit(base::EventLoop& loop, Contact& contact, const Limits& limits, InsideSeen& seen, HintsSeen& hints,
        std::function<void()> done);
  ~Visit();
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

  /// Once the contact is ready.
  void begin();
  /// An event of the contact, also before `begin`.
  void take(const Message& event);
  /// The contact is over.
  void end();

 private:
  using Clock = std::chrono::steady_clock;

  void ask(const Action& action, Reply& reply, Contact::Heard more = nullptr);
  void ask_who_it_is();
  void ask_for_rights();
  void ask_for_modules();
  void ask_for_lists();
  void write();
  void write_once();
  void look_if_done();
  [[nodiscard]] bool awaits_events() const;

  base::EventLoop& loop_;
  Contact& contact_;
  Limits limits_;
  InsideSeen& seen_;
  HintsSeen& hints_;
  std::function<void()> done_;
  Clock::time_point written_at_{};
  base::TimerHandle again_ = 0;
  base::TimerHandle patience_ = 0;
  base::TimerHandle limit_ = 0;
  bool events_given_up_ = false;
  bool ended_ = false;
};

/// In the answer to CoreSettings, fit for a line.
[[nodiscard]] std::string system_name_of(std::span<const Message> settings);

/// Reads the hints of a list.
void take_hints(std::span<const Message> messages, std::vector<Hint>& hints);

/// Asks a server that let us in for its hints.
[[nodiscard]] Action hint_list_action();

}  // namespace amibroker::doctor
