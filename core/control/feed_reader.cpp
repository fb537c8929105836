// SPDX-License-Identifier: Apache-2.0
#include "core/control/feed_reader.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace amibroker::control {

namespace asio = boost::asio;
using Error = boost::system::error_code;

namespace {

constexpr std::size_t most_at_once = std::size_t{64} << 10;  // bytes that a client must take within its patience
constexpr std::size_t notices_at_once = 500;

}  // namespace

/// One of them. Is there as long as the set of its FeedReaders has it, and as operations are under way.
class FeedReader : public std::enable_shared_from_this<FeedReader> {
 public:
  FeedReader(FeedReaders& all, std::shared_ptr<Stream> stream, Feed& feed, Arguments arguments)
      : all_(all),
        stream_(std::move(stream)),
        feed_(feed),
        arguments_(std::move(arguments)),
        filter_(feed.spec().filter ? feed.spec().filter(arguments_) : Feed::Filter()) {
    feed_.join();
  }
  ~FeedReader() { feed_.leave(); }
  FeedReader(const FeedReader&) = delete;
  FeedReader& operator=(const FeedReader&) = delete;

  [[nodiscard]] Feed& feed() const noexcept { return feed_; }

  void start(std::string headers, std::optional<std::uint64_t> last_seen) {
    text_ = std::move(headers);
    cursor_ = feed_.last();
    read();
    if (feed_.spec().open) ask_opening();
    else if (last_seen) go_on_after(*last_seen);
    pump();
  }

  void pump() {
    if (writing_ || closed_) return;
    if (text_.size() == sent_) collect();
    if (text_.size() > sent_) write();
  }

  void beat() {
    if (!std::exchange(spoke_, false) && !writing_ && text_.size() == sent_) text_ += ":\n\n";
    pump();
  }

  void close() {
    if (std::exchange(closed_, true)) return;
    stream_->close();
    all_.linger(feed_);
    all_.readers_.erase(shared_from_this());
  }

 private:
  /// What it says is of no interest, but that it goes is.
  void read() {
    stream_->expires_never();
    stream_->async_read_some(asio::buffer(scrap_), [self = shared_from_this()](const Error& error, std::size_t) {
      if (self->closed_) return;
      if (error) self->close();
      else self->read();
    });
  }

  /// A reader that comes back. What an earlier run of the daemon published is gone, and nobody knows how much it was.
  void go_on_after(std::uint64_t number) {
    if (number >= feed_.spec().base) cursor_ = std::min(cursor_, number);
    else text_ += event_text("gap", 0, Json{{"missed", nullptr}}.dump());
  }

  void ask_opening() {
    waits_for_opening_ = true;
    const auto opening = std::make_shared<Feed::Opening>();
    const bool is_asked = all_.door_.ask(
        [&feed = feed_, arguments = arguments_, opening](const Done& done) {
          *opening = feed.spec().open(arguments);
          done(Json());
        },
        [self = shared_from_this(), opening](const Answer& answer) { self->opened(answer, std::move(*opening)); });
    if (!is_asked) close();  // it comes again, as browsers do
  }

  void opened(const Answer& answer, Feed::Opening opening) {
    if (closed_) return;
    if (std::holds_alternative<Failure>(answer)) return close();
    waits_for_opening_ = false;
    cursor_ = opening.last;
    next_part_ = std::move(opening.next);
    pump();
  }

  /// All that was said was sent: the next part of what it begins with, or what came since.
  void collect() {
    text_.clear();
    sent_ = 0;
    if (next_part_) {
      text_ = next_part_();
      if (!text_.empty()) return;
      next_part_ = nullptr;
    }
    while (!waits_for_opening_ && text_.size() < most_at_once) {
      const auto taken = feed_.take(cursor_, notices_at_once);
      if (taken.missed > 0) {
        text_ += event_text("gap", 0, Json{{"missed", taken.missed}}.dump());
        if (feed_.spec().open) return ask_opening();
      }
      std::uint64_t number = taken.last - taken.notices.size();
      cursor_ = taken.last;
      for (const auto& notice : taken.notices) {
        ++number;
        if (!filter_ || filter_(*notice)) text_ += event_text(notice->event, number, notice->text());
      }
      if (taken.notices.empty()) return;
    }
  }

  void write() {
    writing_ = spoke_ = true;
    stream_->expires_after(all_.pace_.patience);
    asio::async_write(*stream_, asio::buffer(text_.data() + sent_, std::min(most_at_once, text_.size() - sent_)),
                      [self = shared_from_this()](const Error& error, std::size_t size) {
                        self->writing_ = false;
                        self->sent_ += size;
                        if (self->closed_) return;
                        if (error) self->close();
                        else self->pump();
                      });
  }

  FeedReaders& all_;
  std::shared_ptr<Stream> stream_;
  Feed& feed_;
  Arguments arguments_;
  Feed::Filter filter_;
  std::uint64_t cursor_ = 0;
  std::function<std::string()> next_part_;
  std::string text_;
  std::size_t sent_ = 0;
  bool writing_ = false;
  bool closed_ = false;
  bool spoke_ = false;
  bool waits_for_opening_ = false;
  std::array<char, 512> scrap_{};
};

FeedReaders::FeedReaders(asio::io_context& io, Door& door, Pace pace) : io_(io), door_(door), pace_(pace) { beat(); }

FeedReaders::~FeedReaders() {
  for (auto& [feed, pump] : feeds_) {
    feed->set_wake(nullptr);
    if (pump.lingers) feed->leave();
  }
}

void FeedReaders::attach(Feed& feed) {
  feeds_.try_emplace(&feed, Pump{asio::steady_timer(io_), asio::steady_timer(io_)});
  feed.set_wake([this, &feed] { asio::post(io_, [this, &feed] { pump(feed); }); });
}

void FeedReaders::begin(std::shared_ptr<Stream> stream, Feed& feed, Arguments arguments, std::string headers,
                        std::optional<std::uint64_t> last_seen) {
  const auto reader = std::make_shared<FeedReader>(*this, std::move(stream), feed, std::move(arguments));
  readers_.insert(reader);
  reader->start(std::move(headers), last_seen);
}

void FeedReaders::linger(Feed& feed) {
  if (feed.spec().linger.count() == 0 || closed_) return;
  Pump& pump = feeds_.at(&feed);
  if (!std::exchange(pump.lingers, true)) feed.join();
  pump.end.expires_after(feed.spec().linger);
  pump.end.async_wait([&feed, &pump](const Error& error) {
    if (!error && std::exchange(pump.lingers, false)) feed.leave();
  });
}

void FeedReaders::close() {
  closed_ = true;
  heart_.cancel();
  for (auto& [feed, pump] : feeds_) {
    pump.timer.cancel();
    pump.end.cancel();
  }
  for (const auto& reader : std::set(readers_)) reader->close();
}

void FeedReaders::pump(Feed& feed) {
  Pump& pump = feeds_.at(&feed);
  if (std::exchange(pump.waits, true)) return;
  pump.timer.expires_after(pace_.together);
  pump.timer.async_wait([this, &feed, &pump](const Error& error) {
    pump.waits = false;
    if (error) return;
    for (const auto& reader : std::set(readers_))
      if (&reader->feed() == &feed) reader->pump();
  });
}

void FeedReaders::beat() {
  heart_.expires_after(pace_.heartbeat);
  heart_.async_wait([this](const Error& error) {
    if (error) return;
    for (const auto& reader : std::set(readers_)) reader->beat();
    beat();
  });
}

}  // namespace amibroker::control
