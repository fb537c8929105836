// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/sites/stream_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <concepts>

namespace amibroker::replication {
namespace {

/// Whether nothing in it is a byte that would end a line or a field, or that no action may carry.
bool is_plain(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte != 0x7f;
  });
}

/// What is before the next separator, which goes as well; all, if there is none.
std::string_view take_until(std::string_view& text, char separator) noexcept {
  const std::size_t end = text.find(separator);
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return part;
}

template <std::integral Number>
bool read_number(std::string_view text, Number& number, int base = 10) noexcept {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, base);
  return !text.empty() && error == std::errc() && stop == end;
}

/// Takes words off a line, one number after the other.
class Words {
 public:
  explicit Words(std::string_view line) : rest_(line) {}
  template <std::integral Number>
  Words& number(Number& number, int base = 10) {
    good_ = good_ && read_number(take_until(rest_, ' '), number, base);
    return *this;
  }
  Words& flag(bool& flag) {
    const std::string_view word = take_until(rest_, ' ');
    good_ = good_ && (word == "0" || word == "1");
    flag = word == "1";
    return *this;
  }
  std::string_view word() { return take_until(rest_, ' '); }
  [[nodiscard]] std::string_view rest() const noexcept { return rest_; }
  [[nodiscard]] bool good() const noexcept { return good_; }
  [[nodiscard]] bool ends_well() const noexcept { return good_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

template <std::integral Number>
void add_number(std::string& text, Number number, int base = 10) {
  std::array<char, 24> digits;
  text.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number, base).ptr);
}

std::optional<Line> read_line(std::string_view text) {
  if (text.empty()) return std::nullopt;
  Line line{static_cast<LineKind>(text.front()), {}, {}, 0};
  text.remove_prefix(1);
  line.name = take_until(text, '\t');
  if (line.name.empty() || line.name.size() > LineReader::longest_name || !is_plain(line.name)) return std::nullopt;
  if (line.kind == LineKind::gone) return text.empty() ? std::optional(line) : std::nullopt;
  line.value = take_until(text, '\t');
  if (line.value.empty() || line.value.size() > LineReader::longest_value || !is_plain(line.value)) return std::nullopt;
  if (line.kind == LineKind::one_way) return text.empty() ? std::optional(line) : std::nullopt;
  if (line.kind != LineKind::dated && line.kind != LineKind::shared) return std::nullopt;
  return read_number(text, line.stamp) ? std::optional(line) : std::nullopt;
}

constexpr std::size_t most_streams = 4096;
constexpr std::size_t most_systems = 5000;

bool read_stream(std::string_view line, Heartbeat::Stream& stream) {
  Words words(line);
  const std::string_view zone = words.word();
  if (zone.empty() || zone.size() > LineReader::longest_name || !is_plain(zone)) return false;
  if (zone != "-") stream.zone = zone;
  words.number(stream.number).number(stream.count).number(stream.hash, 16);
  stream.shared.resize(Registers::parts);
  for (std::uint32_t& part : stream.shared) words.number(part, 16);
  return words.ends_well();
}

}  // namespace

void add_line(std::string& text, const Line& line) {
  text.append(1, static_cast<char>(line.kind)).append(line.name);
  if (line.kind != LineKind::gone) text.append(1, '\t').append(line.value);
  if (line.kind == LineKind::dated || line.kind == LineKind::shared) {
    text.append(1, '\t');
    add_number(text, line.stamp);
  }
  text.append(1, '\n');
}

std::optional<Line> LineReader::next() {
  while (!rest_.empty()) {
    if (const std::optional<Line> line = read_line(take_until(rest_, '\n'))) return line;
    ++bad_;
  }
  return std::nullopt;
}

std::string head_text(const StreamHead& head) {
  return std::to_string(head.epoch) + " " + std::to_string(head.number) + "\n";
}

std::optional<StreamHead> take_stream_head(std::string_view& text) {
  StreamHead head;
  Words words(take_until(text, '\n'));
  if (!words.number(head.epoch).number(head.number).ends_well()) return std::nullopt;
  return head;
}

std::string question_text(const PartQuestion& question) {
  return std::to_string(question.epoch).append(" ").append(question.cursor);
}

std::optional<PartQuestion> read_question(std::string_view text) {
  PartQuestion question;
  Words words(text);
  if (!words.number(question.epoch).good()) return std::nullopt;
  question.cursor = words.rest();
  return question;
}

std::string head_text(const PartHead& head) {
  return (std::to_string(head.epoch) + " " + std::to_string(head.number) + (head.complete ? " 1 " : " 0 "))
      .append(head.cursor)
      .append("\n");
}

std::optional<PartHead> take_part_head(std::string_view& text) {
  PartHead head;
  Words words(take_until(text, '\n'));
  if (!words.number(head.epoch).number(head.number).flag(head.complete).good() || words.rest().empty())
    return std::nullopt;
  head.cursor = words.rest();
  return head;
}

std::string heartbeat_text(const Heartbeat& heartbeat) {
  std::string text;
  const auto add = [&text](auto number, int base = 10) {
    text.append(1, ' ');
    add_number(text, number, base);
  };
  text.append(1, 'h');
  add(heartbeat.epoch);
  add(heartbeat.life.began_us);
  add(heartbeat.life.salt);
  for (const bool flag : {heartbeat.speaks, heartbeat.ready, heartbeat.leads, heartbeat.complete, heartbeat.filtered})
    text.append(flag ? " 1" : " 0");
  add(heartbeat.reach);
  add(heartbeat.unix_ms);
  add(heartbeat.variant, 16);
  text.append(1, '\n');
  for (const Heartbeat::Stream& stream : heartbeat.streams) {
    text.append("z ").append(stream.zone.empty() ? "-" : stream.zone);
    add(stream.number);
    add(stream.count);
    add(stream.hash, 16);
    for (const std::uint32_t part : stream.shared) add(part, 16);
    text.append(1, '\n');
  }
  for (const std::string& name : heartbeat.systems) text.append("n ").append(name).append(1, '\n');
  return text;
}

std::optional<Heartbeat> read_heartbeat(std::string_view text) {
  Heartbeat heartbeat;
  Words words(take_until(text, '\n'));
  if (words.word() != "h") return std::nullopt;
  words.number(heartbeat.epoch).number(heartbeat.life.began_us).number(heartbeat.life.salt);
  words.flag(heartbeat.speaks)
      .flag(heartbeat.ready)
      .flag(heartbeat.leads)
      .flag(heartbeat.complete)
      .flag(heartbeat.filtered);
  words.number(heartbeat.reach).number(heartbeat.unix_ms).number(heartbeat.variant, 16);
  if (!words.ends_well()) return std::nullopt;
  while (!text.empty()) {
    const std::string_view line = take_until(text, '\n');
    if (line.starts_with("z ")) {
      if (heartbeat.streams.size() >= most_streams || !read_stream(line.substr(2), heartbeat.streams.emplace_back()))
        return std::nullopt;
    } else if (line.starts_with("n ")) {
      const std::string_view name = line.substr(2);
      if (heartbeat.systems.size() >= most_systems || name.size() > LineReader::longest_name || !is_plain(name))
        return std::nullopt;
      heartbeat.systems.emplace_back(name);
    } else {
      return std::nullopt;
    }
  }
  return heartbeat;
}

}  // namespace amibroker::replication
