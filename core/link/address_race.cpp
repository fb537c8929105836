// SPDX-License-Identifier: Apache-2.0
#include "core/link/address_race.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace amibroker::link {
namespace {

/// The higher, the more it says about the server.
int weight(Loss::Kind kind) {
  switch (kind) {
    case Loss::Kind::refusal: return 2;
    case Loss::Kind::own_choice: return 1;
    case Loss::Kind::connection: break;
  }
  return 0;
}

}  // namespace

/// The wire to one of the addresses. Before it wins, only notices and traffic pass; after that, everything does.
class AddressRace::Runner final : public WireListener {
 public:
  Runner(AddressRace& race, std::string address) : race_(race), address_(std::move(address)) {}

  /// Throws what Transport::connect throws.
  void connect() {
    wire_ = race_.transport_.connect(race_.config_, address_, race_.interest_, *this);
    if (race_.shows_traffic_) wire_->show_traffic(true);
  }
  [[nodiscard]] const std::string& address() const noexcept { return address_; }
  [[nodiscard]] Wire& wire() const noexcept { return *wire_; }
  [[nodiscard]] bool is_lost() const noexcept { return is_lost_; }
  void close() noexcept {
    if (wire_) wire_->close();
  }

  void on_connected() override {
    if (!is_lost_) race_.won(*this);
  }
  void on_ready() override {
    if (passes()) race_.listener_.on_ready();
  }
  void on_event(ami::EventFrame& frame) override {
    if (passes()) race_.listener_.on_event(frame);
  }
  void on_answer(std::optional<std::uint64_t> id, std::span<const Message> messages) override {
    if (passes()) race_.listener_.on_answer(id, messages);
  }
  void on_progress() override {
    if (passes()) race_.listener_.on_progress();
  }
  void on_bad(std::string_view what, std::string_view why) override {
    if (passes()) race_.listener_.on_bad(what, why);
  }
  void on_events_lost(std::uint64_t count) override {
    if (passes()) race_.listener_.on_events_lost(count);
  }
  void on_flush_wanted() override {
    if (passes()) race_.listener_.on_flush_wanted();
  }
  void on_notice(std::string_view text) override {
    if (!race_.over_) race_.listener_.on_notice(text);
  }
  void on_traffic(std::string_view direction, std::string_view text) override {
    if (!race_.over_) race_.listener_.on_traffic(direction, text);
  }
  void on_lost(const Loss& loss) override {
    is_lost_ = true;
    race_.lost(*this, loss);
  }

 private:
  [[nodiscard]] bool passes() const noexcept { return !race_.over_ && race_.winner_ == this; }

  AddressRace& race_;
  std::string address_;
  std::unique_ptr<Wire> wire_;
  bool is_lost_ = false;
};

AddressRace::AddressRace(base::EventLoop& loop, Transport& transport, const ServerConfig& config,
                         std::vector<std::string> addresses, const Interest& interest, WireListener& listener)
    : loop_(loop),
      transport_(transport),
      config_(config),
      addresses_(std::move(addresses)),
      interest_(interest),
      listener_(listener) {
  // Not at once: if no address can be tried at all, the listener must hear of it, and it is the one that called us.
  set_timer(std::chrono::milliseconds::zero(), &AddressRace::start_next);
}

AddressRace::~AddressRace() { close(); }

const std::string& AddressRace::address() const noexcept {
  static const std::string none;
  return winner_ != nullptr ? winner_->address() : none;
}

bool AddressRace::send(const Encoded& action) { return !over_ && winner_ != nullptr && winner_->wire().send(action); }

void AddressRace::flush() {
  if (!over_ && winner_ != nullptr) winner_->wire().flush();
}

void AddressRace::want(const Interest& interest) {
  if (over_) return;
  interest_ = interest;
  if (winner_ != nullptr) return winner_->wire().want(interest);
  for (const auto& runner : runners_)
    if (!runner->is_lost()) runner->wire().want(interest);
}

void AddressRace::show_traffic(bool on) {
  shows_traffic_ = on;
  for (const auto& runner : runners_) runner->wire().show_traffic(on);
}

void AddressRace::close() noexcept {
  over_ = true;
  loop_.cancel(timer_);
  for (const auto& runner : runners_) runner->close();
}

void AddressRace::set_timer(std::chrono::milliseconds delay, void (AddressRace::*task)()) {
  loop_.cancel(timer_);
  timer_ = loop_.after(delay, [this, task] { (this->*task)(); });
}

void AddressRace::start_next() {
  while (started_ < addresses_.size()) {
    auto runner = std::make_unique<Runner>(*this, addresses_[started_++]);
    try {
      runner->connect();
    } catch (const std::runtime_error& error) {
      keep({Loss::Kind::connection, error.what()});
      ++lost_;
      continue;
    }
    runners_.push_back(std::move(runner));
    if (started_ < addresses_.size()) set_timer(head_start, &AddressRace::start_next);
    return;
  }
  if (lost_ == addresses_.size()) all_lost();
}

void AddressRace::won(Runner& runner) {
  if (over_ || winner_ != nullptr) return;
  winner_ = &runner;
  for (const auto& other : runners_)
    if (other.get() != winner_) other->close();
  // Later, for one of them may be in the middle of a call.
  set_timer(std::chrono::milliseconds::zero(), &AddressRace::drop_others);
  listener_.on_connected();
}

void AddressRace::lost(Runner& runner, const Loss& loss) {
  if (over_) return;
  if (winner_ == &runner) {
    over_ = true;
    loop_.cancel(timer_);
    return listener_.on_lost(loss);
  }
  if (winner_ != nullptr) return;
  keep(loss);
  ++lost_;
  start_next();
}

void AddressRace::keep(const Loss& loss) {
  if (!reason_ || weight(loss.kind) > weight(reason_->kind)) reason_ = loss;
}

void AddressRace::all_lost() {
  over_ = true;
  Loss loss = *reason_;
  loss.why += " (tried " + tried() + ")";
  listener_.on_lost(loss);
}

std::string AddressRace::tried() const {
  constexpr std::size_t most = 4;
  std::string text;
  for (std::size_t i = 0; i < addresses_.size() && i < most; ++i) text += (i == 0 ? "" : ", ") + addresses_[i];
  if (addresses_.size() > most) text += " and " + std::to_string(addresses_.size() - most) + " more";
  return text;
}

void AddressRace::drop_others() {
  std::erase_if(runners_, [this](const auto& runner) { return runner.get() != winner_; });
}

}  // namespace amibroker::link
