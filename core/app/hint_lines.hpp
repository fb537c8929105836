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

/// What somebody wants: for FreePBX lines for each server, by its ServerId and its section; otherwise one list for all.
struct HintWish {
  bool is_for_freepbx = false;
  bool has_presences = false;  ///< `CustomPresence:100` as well
  std::vector<std::pair<std::size_t, std::string>> servers{};
};

/// Collects devices, and writes their hints. One thread at a time; once it is filled, any.
class HintLines {
 public:
  /// A device that no dialplan can name is counted, and left out: a name with a comma or a line end in it would become
  /// another line of a dialplan as soon as somebody pastes it.
  void add(HintDevice device);
  [[nodiscard]] bool empty() const noexcept { return devices_ == 0 && left_out_ == 0; }

  /// `{"lines":[text],"left_out":N,"more":N}`: lines as they are pasted, comments among them; how many names were left
  /// out; how many lines, or devices, there are beyond `most_lines`, `most_devices` and `most_of_a_number`.
  [[nodiscard]] control::Json json(const HintWish& wish) const;

  static constexpr std::size_t most_lines = 20'000;
  static constexpr std::size_t most_devices = 200'000;
  /// So that no line is longer than what Asterisk reads of one, 8,191 bytes (main/config.c, config_text_file_load).
  static constexpr std::size_t most_of_a_number = 16;

 private:
  class Writer;
  struct ByLength {
    bool operator()(const std::string& a, const std::string& b) const {
      return a.size() != b.size() ? a.size() < b.size() : a < b;
    }
  };

  void write_for_all(const HintWish& wish, Writer& to) const;
  void write_for_freepbx(const HintWish& wish, std::size_t server, Writer& to) const;

  std::map<std::string, std::vector<HintDevice>, ByLength> numbered_;
  std::vector<HintDevice> others_;  // whose number is not known
  std::size_t devices_ = 0, left_out_ = 0, more_ = 0;
};

}  // namespace amibroker::app
