// SPDX-License-Identifier: Apache-2.0
#include "core/host/isolated_check.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

#include "core/base/event_loop.hpp"
#include "core/base/printable.hpp"
#include "core/host/isolated_channel.hpp"
#include "core/host/isolated_keys.hpp"
#include "core/host/isolated_messages.hpp"
#include "core/host/isolated_output.hpp"
#include "core/host/isolated_process.hpp"
#include "core/host/plugin_name.hpp"

namespace amibroker::host {

using isolated::FrameReader;
using isolated::FrameWriter;
using isolated::Kind;

namespace {

constexpr std::size_t longest_shown_name = 60;
constexpr std::size_t longest_line = 4'000;
constexpr std::chrono::milliseconds poll_period{10};

/// One question to one helper process, with a loop of its own.
class Question {
 public:
  /// `take` reads the answer.
  Question(const std::string& program, const std::string& name, Kind expected, std::function<void(FrameReader&)> take)
      : process_(program, name),
        output_(loop_, process_.take_output(), name, nullptr),
        channel_(loop_, process_.take_socket(), isolated::longest_to_daemon,
                 {[this, expected, take = std::move(take)](Kind kind, std::string_view body) {
                    if (kind != expected) throw isolated::BadFrame("an answer to another question");
                    FrameReader frame(body);
                    take(frame);
                    frame.end();
                    answered_ = true;
                    loop_.stop();
                  },
                  [](const std::string&) {}, [] {}}) {}

  template <typename Write>
  void ask(Kind kind, Write&& write) {
    channel_.send(kind, write);
  }

  /// Waits for the answer. Otherwise: what became of the process, as the end of a sentence.
  std::optional<std::string> wait(std::chrono::milliseconds limit) {
    loop_.every(poll_period, [this] {
      if (process_.ending()) loop_.stop();
    });
    loop_.after(limit, [this] { loop_.stop(); });
    loop_.run();
    if (!answered_) channel_.drive();  // the answer of a process that has ended by now
    if (answered_) return std::nullopt;
    output_.finish();
    const auto ending = process_.ending();
    std::string text = ending
                           ? "it ends the process that loads it (" + ending->text() + ")"
                           : "it was not loaded and checked after " +
                                 std::to_string(std::chrono::duration_cast<std::chrono::seconds>(limit).count()) + " s";
    if (!output_.last_words().empty()) text += "; it wrote: " + output_.last_words();
    return text;
  }

 private:
  base::EventLoop loop_;
  isolated::Process process_;
  isolated::Output output_;
  isolated::Channel channel_;
  bool answered_ = false;
};

/// What came of a helper, whose plugin may have forged it, fit for a terminal.
std::string printable_lines(std::string_view text) {
  std::string lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines += base::printable(text.substr(0, end), longest_line) + '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// A line with the plugins of this library; empty unless there are others than the one of its name.
std::string instances_of(std::string_view library, std::span<const PluginConfig> plugins) {
  std::string names;
  bool any = false;
  for (const PluginConfig& plugin : plugins) {
    if (!plugin.enabled || library_of(plugin.name) != library) continue;
    names += (names.empty() ? "" : ", ") + plugin.name;
    any = any || plugin.name != library;
  }
  return any ? "    switched on as " + base::printable(names, longest_line) + '\n' : "";
}

std::string file_of(const PluginFolders& folders, const std::string& name) {
  const auto file = folders.find(library_of(name));
  return file ? file->string() : "the plugin " + base::printable(name, longest_shown_name);
}

}  // namespace

PluginCheck check_plugins_apart(const std::string& program, const PluginFolders& folders,
                                std::span<const PluginConfig> plugins, std::chrono::milliseconds limit) {
  PluginCheck all;
  for (const PluginConfig& plugin : plugins) {
    if (!plugin.enabled) continue;
    isolated::PluginFrame asked{{}, plugin};
    isolated::CheckedFrame found;
    Question question(program, plugin.name, Kind::checked,
                      [&](FrameReader& frame) { found = isolated::CheckedFrame::read(frame); });
    for (const auto& folder : folders.all()) asked.folders.push_back(folder.string());
    question.ask(Kind::check, [&](FrameWriter& frame) { asked.write(frame); });
    if (const auto why = question.wait(limit)) {
      const std::string name = base::printable(plugin.name, longest_shown_name);
      found.errors = {{plugin.line, "plugin " + name + " is switched on, but " + file_of(folders, plugin.name) +
                                        " cannot be used: " + *why +
                                        ". Something in it runs as it is loaded; report it to its author, or switch it "
                                        "off with '" +
                                        name + " = no' in [plugins]"}};
      found.examples.clear();
    }
    for (base::Problem& error : found.errors) error.text = base::printable(error.text, longest_line);
    for (std::string& example : found.examples) example = base::printable(example, longest_line);
    if (found.errors.empty()) all.options.emplace(plugin.name, OptionValues::of(std::move(found.options)));
    std::move(found.errors.begin(), found.errors.end(), std::back_inserter(all.errors));
    std::move(found.examples.begin(), found.examples.end(), std::back_inserter(all.examples));
  }
  return all;
}

std::string describe_plugins_apart(const std::string& program, const PluginFolders& folders,
                                   std::span<const PluginConfig> plugins, std::chrono::milliseconds limit) {
  std::string text;
  for (const auto& file : folders.libraries()) {
    std::string described;
    Question question(program, file.stem().string(), Kind::described,
                      [&](FrameReader& frame) { described = printable_lines(frame.text()); });
    question.ask(Kind::describe, [&](FrameWriter& frame) { frame.text(file.string()); });
    if (const auto why = question.wait(limit))
      described = base::printable(file.stem().string(), longest_shown_name) + "  cannot be used\n    " +
                  base::printable(file.string(), 500) + ": " + *why + '\n';
    text += described + instances_of(file.stem().string(), plugins);
  }
  return text;
}

}  // namespace amibroker::host
