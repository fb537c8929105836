// SPDX-License-Identifier: Apache-2.0
//
// The bodies of those frames that hold more than a few numbers.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/host/isolated_frames.hpp"
#include "core/host/options.hpp"
#include "core/host/plugin_commands.hpp"
#include "core/host/plugin_config.hpp"
#include "core/host/plugin_counters.hpp"
#include "core/host/server_table.hpp"
#include "core/link/interest.hpp"

namespace amibroker::host::isolated {

/// What a server is, as a plugin sees it.
struct ServerFrame {
  ServerId id = 0;
  ServerLabel label;
  std::string asterisk_version, system_name;
  bool retired = false;
  bool held = false;
  bool up = false;

  static void write(FrameWriter& frame, const ServerInfo& server, bool up);
  [[nodiscard]] static ServerFrame read(FrameReader& frame);
};

/// Which library, and which settings: the whole of Kind::check, and the beginning of Kind::begin.
struct PluginFrame {
  std::vector<std::string> folders;
  PluginConfig config;

  void write(FrameWriter& frame) const;
  [[nodiscard]] static PluginFrame read(FrameReader& frame);
};

/// What may change while the plugin runs.
struct GeneralFrame {
  std::chrono::milliseconds request_timeout{};
  bool verbose = false;
  int log_level = 0;  ///< of spdlog

  void write(FrameWriter& frame) const;
  [[nodiscard]] static GeneralFrame read(FrameReader& frame);
  friend bool operator==(const GeneralFrame&, const GeneralFrame&) = default;
};

/// What a helper needs to run a plugin.
struct BeginFrame {
  PluginFrame plugin;
  GeneralFrame general;
  std::size_t memory_limit = 0;
  bool ignores_faults = false;  ///< a plugin that throws too often goes on
  std::string state_folder;
  std::string saved;
  std::vector<ServerFrame> servers;  // only read; `write` takes what the daemon has

  void write(FrameWriter& frame, std::span<const ServerInfo> servers, const std::vector<bool>& up) const;
  [[nodiscard]] static BeginFrame read(FrameReader& frame);
};

/// What came of Kind::check.
struct CheckedFrame {
  std::vector<base::Problem> errors;
  std::vector<std::string> examples;
  std::vector<OptionText> options;

  void write(FrameWriter& frame) const;
  [[nodiscard]] static CheckedFrame read(FrameReader& frame);
};

void write_reply(FrameWriter& frame, std::uint64_t request, const Reply& reply);

/// A reply whose texts are views of the frame. It must not move, for `reply` refers to its other members.
struct ReplyFrame {
  explicit ReplyFrame(FrameReader& frame);
  ReplyFrame(const ReplyFrame&) = delete;
  ReplyFrame& operator=(const ReplyFrame&) = delete;

  std::uint64_t request;
  Reply reply;

 private:
  std::vector<Field> fields_;
  std::vector<Message> messages_;
};

struct RequestFrame {
  std::uint64_t number = 0;  ///< 0: nobody waits for the answer
  ServerId server = 0;
  std::chrono::milliseconds timeout{};
  Action action{""};

  static void write(FrameWriter& frame, std::uint64_t number, ServerId server, std::chrono::milliseconds timeout,
                    const Action& action);
  [[nodiscard]] static RequestFrame read(FrameReader& frame);
};

/// A question that was set with Commands. Its views belong to the frame.
struct CommandFrame {
  std::uint64_t number = 0;
  std::string_view name{};
  std::vector<Field> arguments{};

  void write(FrameWriter& frame) const;
  [[nodiscard]] static CommandFrame read(FrameReader& frame);
};

void write_answer(FrameWriter& frame, std::uint64_t number, const PluginAnswer& answer);
/// With the number of the question.
[[nodiscard]] std::pair<std::uint64_t, PluginAnswer> read_answer(FrameReader& frame);

/// Hostile bounds: a plugin that asks for more names is asked for all events instead, by its helper.
inline constexpr std::size_t most_interests = 2'000;
void write_interest(FrameWriter& frame, const link::Interest& interest);
[[nodiscard]] link::Interest read_interest(FrameReader& frame);

void write_counters(FrameWriter& frame, const PluginCounters& counters);
/// `base`: what is added to each, by name in order.
void read_counters(FrameReader& frame, PluginCounters& counters,
                   std::span<const std::pair<std::string, std::uint64_t>> base);

/// Most bytes of a frame's body that each side takes from the other.
[[nodiscard]] std::size_t longest_to_daemon(Kind kind);
[[nodiscard]] std::size_t longest_to_helper(Kind kind);

}  // namespace amibroker::host::isolated
