// SPDX-License-Identifier: Apache-2.0
//
// The options that a plugin declares, and their values from `[plugin NAME]` of the configuration. Since ABI 1;
// OptionReport since ABI 2; choice, server, secret and `required` since ABI 3.
#pragma once

#include "amibroker/version.hpp"  // first: it says so if the language is too old for what follows

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace amibroker {

enum class OptionType : std::uint8_t {
  boolean,  ///< yes or no
  integer,  ///< a whole number within [min, max]
  text,     ///< anything on one line
  list,     ///< texts separated by commas
  choice,   ///< one of the words in `choices`, without case; read with Options::text, written as in `choices`
  server,   ///< the name of a server's section (ServerInfo::section), or empty; read with Options::text
  /// A text that no log and no list shows; read with Options::text. Its default must be empty. The administrator may
  /// write `KEY_file = FILE` instead of `KEY`: the value is then the one line of that file (at most 1,000 bytes).
  secret,
};

/// One row of a plugin's option table. The host checks the configuration against the table before it creates the
/// plugin: an unknown key, a wrong type or a value out of range is a configuration error with file and line.
/// Plain data: it is read before any C++ of the plugin runs.
struct OptionSpec {
  const char* key;            ///< as in the configuration, [a-z0-9_]
  OptionType type;            ///< how the value is read
  const char* default_value;  ///< as it would be written in the configuration
  const char* unit;           ///< "s", "ms", "bytes", or "" if there is none
  std::int64_t min;           ///< least value of an integer
  std::int64_t max;           ///< greatest value of an integer
  const char* text;           ///< one line for the administrator: what it does
  const char* choices = "";   ///< words of a choice, between commas: "tcp, tls"
  bool required = false;      ///< the administrator has to set it, and not to nothing; its default is not used
};

/// The checked values of a plugin's options; a key that is not in the configuration has its default.
/// Only keys of the plugin's own table may be asked for: any other gives false, 0, or an empty text.
class Options {
 public:
  [[nodiscard]] virtual bool boolean(std::string_view key) const noexcept = 0;
  [[nodiscard]] virtual std::int64_t integer(std::string_view key) const noexcept = 0;
  /// Of a text, choice, server or secret.
  [[nodiscard]] virtual std::string_view text(std::string_view key) const noexcept = 0;
  /// The items of a list, without the blanks around them; empty items are left out.
  [[nodiscard]] virtual const std::vector<std::string_view>& list(std::string_view key) const noexcept = 0;

 protected:
  ~Options() = default;
};

/// Takes what a plugin says of its options before it is created, if a table of types and ranges is not enough: a text
/// with a form of its own, or two options that do not go together. The plugin's class then has a function
///
///     static void check_options(const amibroker::Options& options, amibroker::OptionReport& report);
///
/// which the daemon calls at its start and for --check-config, on the thread that starts it, once the table found no
/// mistake. Nothing else of the plugin runs before it. Both arguments are valid during the call only.
class OptionReport {
 public:
  /// This option's value cannot be used: a configuration error with file and line, and the daemon does not start.
  /// `text` goes on after the option's name, and says what to do: `must begin with Custom:, not "x"`. At most 20 are
  /// kept, 500 bytes of each.
  virtual void mistake(std::string_view key, std::string_view text) noexcept = 0;

  /// One line that shows the administrator what the options lead to, for --check-config. The same bounds.
  virtual void example(std::string_view text) noexcept = 0;

 protected:
  ~OptionReport() = default;
};

}  // namespace amibroker
