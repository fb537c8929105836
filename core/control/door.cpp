// SPDX-License-Identifier: Apache-2.0
#include "core/control/door.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <utility>

namespace amibroker::control {

/// Outlives the door as long as a command holds on to a question.
struct Door::Shared {
  std::mutex mutex;
  bool open = true;
  std::function<void(std::uint64_t number, Answer answer)> answer;
};

/// One question under way. Answers once; if nobody did when the last copy of its Done is gone, it says so itself.
class Door::Asked {
 public:
  Asked(std::shared_ptr<Shared> shared, std::uint64_t number) : shared_(std::move(shared)), number_(number) {}
  ~Asked() { answer(Failure{500, "no_answer", "the command ended without an answer"}); }
  Asked(const Asked&) = delete;
  Asked& operator=(const Asked&) = delete;

  void answer(Answer answer) {
    if (std::exchange(answered_, true)) return;
    const std::lock_guard lock(shared_->mutex);
    if (shared_->open) shared_->answer(number_, std::move(answer));
  }

 private:
  std::shared_ptr<Shared> shared_;
  std::uint64_t number_;
  bool answered_ = false;
};

/// The questions that have arrived at the loop. It outlives the door if a turn of it is still to come.
class Door::Line : public std::enable_shared_from_this<Line> {
 public:
  explicit Line(base::EventLoop& loop) : loop_(loop) {}

  void add(base::PostBox::Task question) {
    questions_.push_back(std::move(question));
    if (!std::exchange(has_turn_, true)) work_later();  // not now: others may arrive with it
  }
  /// Nothing is answered any more.
  void close() {
    questions_.clear();
    closed_ = true;
  }

 private:
  void work() {
    const auto begin = std::chrono::steady_clock::now();
    while (!questions_.empty()) {
      const auto question = std::move(questions_.front());
      questions_.pop_front();
      question();
      if (!questions_.empty() && std::chrono::steady_clock::now() - begin >= turn) return work_later();
    }
    has_turn_ = false;
  }
  void work_later() {
    loop_.post([self = shared_from_this()] {
      if (!self->closed_) self->work();
    });
  }

  base::EventLoop& loop_;
  std::deque<base::PostBox::Task> questions_;
  bool has_turn_ = false;
  bool closed_ = false;
};

Door::Door(base::EventLoop& loop, Return give_back)
    : shared_(std::make_shared<Shared>()),
      line_(std::make_shared<Line>(loop)),
      box_(loop, [this](const base::PostBox::Task& task) { line_->add(task); }) {
  shared_->answer = [this, give_back = std::move(give_back)](std::uint64_t number, Answer answer) {
    give_back([this, number, answer = std::move(answer)] {
      if (const auto found = waiting_.extract(number)) found.mapped()(answer);
    });
  };
}

Door::~Door() {
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->open = false;
  }
  box_.close();
  line_->close();
}

bool Door::ask(Question question, Back back) {
  if (waiting_.size() >= most_waiting) return false;
  waiting_.emplace(++last_, std::move(back));
  const auto asked = std::make_shared<Asked>(shared_, last_);
  box_.post([asked, question = std::move(question)] {
    try {
      question([asked](Answer answer) { asked->answer(std::move(answer)); });
    } catch (const std::exception& error) {
      asked->answer(Failure{500, "failed", std::string("the command failed: ") + error.what()});
    }
  });
  return true;
}

bool Door::ask(const Command& command, Arguments arguments, std::string who, Back back) {
  return ask(
      [&command, arguments = std::move(arguments), who = std::move(who)](const Done& done) {
        if (command.level == Level::change)
          spdlog::info("control: {} asks for {} {}", who, command.name, arguments.for_log());
        command.run(arguments, done);
      },
      std::move(back));
}

}  // namespace amibroker::control
