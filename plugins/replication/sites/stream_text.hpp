// SPDX-License-Identifier: Apache-2.0
//
// What sites say to each other, as text: lines, which a person can read with any client of the bus. No name and no
// value holds a byte below 0x20, so tabs and line ends need no quoting (decision 0033).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/replication/marks.hpp"
#include "plugins/replication/sites/hybrid_clock.hpp"
#include "plugins/replication/sites/registers.hpp"

namespace amibroker::replication {

/// How a line names what it says.
enum class LineKind : char {
  one_way = '=',  ///< `=Custom:PJSIP/100<tab>INUSE`: the site's servers say so of devices of their own
  dated = '@',    ///< the same with the stamp of the change, if the newest counts: `@NAME<tab>VALUE<tab>STAMP`
  gone = '-',     ///< `-Custom:PJSIP/100`: they say nothing of it any more
  shared = '~',   ///< `~CustomPresence:100<tab>away<tab>STAMP`: a name of all servers was set to this
};

struct Line {
  LineKind kind;
  std::string_view name;
  std::string_view value;
  Stamp stamp = 0;
};

/// Adds the line with its end.
void add_line(std::string& text, const Line& line);

/// Reads lines, which may be anything. The views are of the text.
class LineReader {
 public:
  static constexpr std::size_t longest_name = 200;
  static constexpr std::size_t longest_value = 1000;  // what an action may carry

  explicit LineReader(std::string_view text) : rest_(text) {}
  /// The next line that makes sense; nothing at the end.
  [[nodiscard]] std::optional<Line> next();
  /// Lines that made none.
  [[nodiscard]] std::size_t bad() const noexcept { return bad_; }
  /// What was not read yet.
  [[nodiscard]] std::string_view rest() const noexcept { return rest_; }

 private:
  std::string_view rest_;
  std::size_t bad_ = 0;
};

/// `EPOCH NUMBER`, the first line of each message of a stream; the changes follow.
struct StreamHead {
  std::uint64_t epoch = 0;   ///< of the life of the site's broker, or of its turn to speak; a later one is greater
  std::uint64_t number = 0;  ///< of this message: 1, 2, ... in each epoch
};
[[nodiscard]] std::string head_text(const StreamHead& head);
/// Takes the first line off the text; nothing if it is none.
[[nodiscard]] std::optional<StreamHead> take_stream_head(std::string_view& text);

/// `EPOCH CURSOR`, a question for a part of what the stream holds. A cursor is what the last part said, `k0` at first.
struct PartQuestion {
  std::uint64_t epoch = 0;
  std::string_view cursor;
};
[[nodiscard]] std::string question_text(const PartQuestion& question);
[[nodiscard]] std::optional<PartQuestion> read_question(std::string_view text);

/// `EPOCH NUMBER COMPLETE CURSOR`, the first line of a part; what the stream held after that message follows.
struct PartHead {
  std::uint64_t epoch = 0;
  std::uint64_t number = 0;
  bool complete = false;    ///< the site knows what all of its servers say; otherwise more may come
  std::string_view cursor;  ///< for the next part; `-`: this is the last one
};
[[nodiscard]] std::string head_text(const PartHead& head);
[[nodiscard]] std::optional<PartHead> take_part_head(std::string_view& text);

/// What each broker says every second.
struct Heartbeat {
  struct Stream {
    std::string zone;
    std::uint64_t number = 0;           ///< of its last message
    std::uint32_t count = 0;            ///< names that the site's own devices have
    std::uint64_t hash = 0;             ///< of these
    std::vector<std::uint32_t> shared;  ///< of the names of all servers, folded, Registers::parts of them
  };
  std::uint64_t epoch = 0;
  Life life{};
  bool speaks = false;        ///< for its site; of two brokers one does
  bool ready = false;         ///< it has looked up what it is to say, and answers
  bool leads = false;         ///< it writes to most of its servers
  bool complete = false;      ///< see PartHead
  bool filtered = false;      ///< it holds back or refuses something, so hashes of shared names say nothing
  std::uint32_t reach = 0;    ///< servers that it reaches
  std::int64_t unix_ms = 0;   ///< its clock
  std::uint64_t variant = 0;  ///< equal for plugins whose options make the same names and values
  std::vector<Stream> streams{};
  std::vector<std::string> systems{};  ///< SystemNames of its servers; only now and then
};
[[nodiscard]] std::string heartbeat_text(const Heartbeat& heartbeat);
[[nodiscard]] std::optional<Heartbeat> read_heartbeat(std::string_view text);

}  // namespace amibroker::replication
