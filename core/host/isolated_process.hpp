// SPDX-License-Identifier: Apache-2.0
//
// A helper process: how it is started, what it is given, and how it ended.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

namespace amibroker::host::isolated {

/// The hidden first argument with which the daemon's own binary is a helper process; the second is the plugin's name,
/// for whoever lists processes.
inline constexpr char helper_argument[] = "--isolated-plugin";

/// Descriptors of a helper process, besides 0 (nothing to read), 1 and 2 (its output, read by the daemon).
inline constexpr int helper_socket = 3;
inline constexpr int helper_mark = 4;

/// A descriptor that is closed with this object.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) noexcept : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  [[nodiscard]] int get() const noexcept { return number_; }
  [[nodiscard]] int release() noexcept;

 private:
  int number_ = -1;
};

/// With which a helper ends that cannot speak to the daemon any more (EX_OSERR of sysexits.h).
inline constexpr int socket_is_gone = 71;

/// How a process ended.
struct Ending {
  bool by_signal = false;
  int number = 0;  ///< of the signal, or the exit code

  /// "killed by signal 11 (Segmentation fault)", "it ended with exit code 3", "it closed its socket, and ended".
  [[nodiscard]] std::string text() const;
};

/// A process that this one started, killed with this object if it still runs. Threads: the one that makes it must live
/// as long as the process, which ends with it.
class Process {
 public:
  /// Starts `program` (`/proc/self/exe` for the daemon's own) as the helper of a plugin. Throws std::system_error.
  Process(const std::string& program, const std::string& plugin);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  [[nodiscard]] pid_t id() const noexcept { return id_; }
  /// Readable once the process has ended. Stays with this object.
  [[nodiscard]] int ended() const noexcept { return handle_.get(); }
  /// Our end of the socket, and where its output is read: for the caller to take, once.
  [[nodiscard]] Descriptor take_socket() noexcept { return std::move(socket_); }
  [[nodiscard]] Descriptor take_output() noexcept { return std::move(output_); }
  /// What the helper's CallMark says: which call it was in.
  [[nodiscard]] std::string last_call() const;

  void kill() noexcept;
  /// How it ended; nothing if it still runs.
  [[nodiscard]] std::optional<Ending> ending() noexcept;

 private:
  pid_t id_ = -1;
  Descriptor handle_;
  Descriptor socket_;
  Descriptor output_;
  Descriptor mark_;
  std::optional<Ending> ending_;
};

/// What a helper process does first of all: it ends with its parent, gets no new privileges, keeps no descriptor but
/// its own, and leaves it to the daemon to answer the signals that end a service. False: the parent is gone.
[[nodiscard]] bool become_helper() noexcept;

/// Bounds the memory of this process, in MiB; 0: no bound. Whoever asks for more than that ends the process, with one
/// line in its output.
void limit_memory(std::size_t mebibytes);

}  // namespace amibroker::host::isolated
