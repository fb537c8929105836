// SPDX-License-Identifier: Apache-2.0
//
// The lines of a dialplan that show on a server's phones what the broker writes there.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/control/command.hpp"

namespace amibroker::app {

/// A device that hints can show. The texts come from servers and plugins, and may be anything.
struct HintDevice {
  std::string shown;    ///< `Custom:PJSIP/100`
  std::string device;   ///< `PJSIP/100`, as its own server calls it
  std::string number;   ///< what people dial; empty if that is not known
  std::string servers;  ///< a letter for each ServerId from 0: `o` its own, `s` shown there, `b` both
};

/// Collects devices, and writes their hints. One thread at a time.
class HintLines {
 public:
  /// For FreePBX there are lines for each server, by its ServerId and its section; otherwise one list for all.
  struct Wish {
    bool is_for_freepbx = false;
    bool has_presences = false;  ///< `CustomPresence:100` as well
    std::vector<std::pair<std::size_t, std::string>> servers{};
  };

  explicit HintLines(Wish wish) : wish_(std::move(wish)) {}

  /// A device that no dialplan can name is counted, and left out: a name with a comma or a line end in it would become
  /// another line of a dialplan as soon as somebody pastes it.
  void add(HintDevice device);

  /// `{"lines":[text],"left_out":N,"more":N}`: lines as they are pasted, comments among them; how many names were left
  /// out; how many lines, or devices, there are beyond `most_lines` and `most_devices`.
  [[nodiscard]] control::Json json() const;

  static constexpr std::size_t most_lines = 20'000;
  static constexpr std::size_t most_devices = 200'000;

 private:
  class Writer;
  struct ByLength {
    bool operator()(const std::string& a, const std::string& b) const {
      return a.size() != b.size() ? a.size() < b.size() : a < b;
    }
  };

  void write_for_all(Writer& to) const;
  void write_for_freepbx(std::size_t server, Writer& to) const;
  [[nodiscard]] std::string presence_of(const std::string& number) const;

  Wish wish_;
  std::map<std::string, std::vector<HintDevice>, ByLength> numbered_;
  std::vector<HintDevice> others_;  // whose number is not known
  std::size_t devices_ = 0, left_out_ = 0, more_ = 0;
};

}  // namespace amibroker::app
