// SPDX-License-Identifier: Apache-2.0
//
// How a stream is read as a whole.
#include <algorithm>
#include <utility>

#include "plugins/replication/rules.hpp"
#include "plugins/replication/sites/publisher.hpp"
#include "plugins/replication/sites/receiver.hpp"
#include "plugins/replication/write_log.hpp"

namespace amibroker::replication {

bool Receiver::is_settled() const noexcept {
  return std::all_of(streams_.begin(), streams_.end(), [this](const auto& entry) {
    const Stream& stream = *entry.second;
    return stream.site->lost || stream.read || stream.failures > 1 || is_silent(*stream.site);
  });
}

bool Receiver::is_reading(const Site& site) const noexcept {
  for (auto at = streams_.lower_bound({site.id, 0}); at != streams_.end() && at->first.first == site.id; ++at)
    if (at->second->asking || at->second->wanted) return true;
  return false;
}

/// Its heartbeats do not come, so neither would an answer. Of this site that may be because this broker speaks now.
bool Receiver::is_silent(const Site& site) const noexcept { return host_.now() - site.heard > epoch_silence; }

/// Soon: not all at the same moment, because all sites may have missed the same message.
void Receiver::want(Stream& stream) {
  if (std::exchange(stream.wanted, true)) return;
  stream.not_before = host_.now() + some_time(random_start);
}

void Receiver::ask_for_wanted() {
  for (auto& [where, stream] : streams_) {
    if (asking_ >= most_at_once) return;
    if (!stream->wanted || stream->asking || stream->site->lost || is_silent(*stream->site)) continue;
    if (host_.now() < stream->not_before) continue;
    begin(*stream);
  }
}

void Receiver::begin(Stream& stream) {
  stream.wanted = false;
  stream.asking = true;
  stream.withdrawn = false;
  ++asking_;
  stream.cursor = "k0";
  stream.at_least = stream.number;
  stream.all_complete = true;
  stream.newer.clear();
  states_.begin_snapshot(stream.id);
  ask(stream);
}

void Receiver::ask(Stream& stream) {
  stream.ask = ++asks_;
  const auto timeout = std::min(first_timeout * (1 << std::min(stream.failures, 5)), longest_timeout);
  const std::string question = question_text({stream.epoch, stream.cursor});
  bus_.request(stream.site->name, topic_of("snap", zones_.name(stream.zone)), question, timeout,
               [this, where = std::pair(stream.site->id, stream.zone),
                ask = stream.ask](std::optional<std::string_view> answer) {
                 if (const auto found = streams_.find(where); found != streams_.end())
                   answered(*found->second, ask, answer);
               });
}

void Receiver::answered(Stream& stream, std::uint64_t ask, std::optional<std::string_view> answer) {
  if (!stream.asking || ask != stream.ask) return;
  if (!answer) return ask_again(stream);
  std::string_view text = *answer;
  const std::optional<PartHead> head = take_part_head(text);
  if (!head) count(bad_);
  if (!head || head->epoch != stream.epoch || head->number < stream.at_least) return fail(stream);
  stream.all_complete = stream.all_complete && head->complete;
  stream.number = std::max(stream.number, head->number);
  stream.part_number = head->number;
  stream.cursor = head->cursor;
  stream.part = text;
  stream.failures = 0;
  take_part(stream);
}

/// For the same part: of a long list each part may be lost once.
void Receiver::ask_again(Stream& stream) {
  if (++stream.failures % failures_before_anew == 0 || is_silent(*stream.site)) return fail(stream);
  ask(stream);
}

/// In slices, because all servers wait meanwhile.
void Receiver::take_part(Stream& stream) {
  const std::int64_t unix_ms = bus_.unix_ms();
  LineReader lines(stream.part);
  for (std::size_t i = 0; i < lines_a_slice; ++i) {
    const std::optional<Line> line = lines.next();
    if (!line) break;
    if (const auto newer = stream.newer.find(std::string(line->name)); newer != stream.newer.end())
      if (newer->second > stream.part_number) continue;
    states_.take(stream.id, *line, Urgency::dump, unix_ms);
  }
  if (lines.bad() != 0) bad_.fetch_add(lines.bad(), std::memory_order_relaxed);
  stream.part.erase(0, stream.part.size() - lines.rest().size());
  if (!stream.part.empty()) {
    host_.post([this, where = std::pair(stream.site->id, stream.zone), ask = stream.ask] {
      const auto found = streams_.find(where);
      if (found != streams_.end() && found->second->asking && found->second->ask == ask) take_part(*found->second);
    });
  } else if (stream.cursor == "-") {
    finish(stream);
  } else {
    ask(stream);
  }
}

void Receiver::finish(Stream& stream) {
  stream.asking = false;
  --asking_;
  stream.read = true;
  stream.part = {};
  stream.newer = {};
  count(snapshots_);
  ++stream.site->snapshots;
  // A broker that has just started, and has not heard all of its servers, lacks what the rest will say soon.
  stream.leftovers = !stream.all_complete;
  if (stream.all_complete && keeps_rule(47)) states_.end_snapshot(stream.id);
  ask_for_wanted();
}

void Receiver::fail(Stream& stream) {
  stream.asking = false;
  --asking_;
  stream.part = {};
  stream.newer = {};
  ++stream.failures;
  stream.wanted = true;
  stream.not_before = host_.now() + some_time(random_start);
}

/// Less than `most`, and another one at each call: xorshift, because sites must not do things at the same moment, and
/// more is not needed.
std::chrono::milliseconds Receiver::some_time(std::chrono::milliseconds most) noexcept {
  random_ ^= random_ << 13;
  random_ ^= random_ >> 7;
  random_ ^= random_ << 17;
  return std::chrono::milliseconds(random_ % static_cast<std::uint64_t>(most.count()));
}

}  // namespace amibroker::replication
