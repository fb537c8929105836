// SPDX-License-Identifier: Apache-2.0
//
// What a wire talks to in a test: a server of its kind that does what the test says.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/link/transport.hpp"

namespace amibroker::link {

/// One server, on the loop of the test. It lets the wire in by itself. Nothing here blocks: what the wire does not take
/// now goes out while the loop runs.
class WirePeer {
 public:
  /// An action of the wire's owner, not one that the wire sends by itself.
  struct Action {
    std::string name;
    std::string id;
    std::string text;
  };
  virtual ~WirePeer() = default;

  [[nodiscard]] virtual std::unique_ptr<Transport> make_transport(base::EventLoop& loop) = 0;
  /// How the wire reaches it, at 127.0.0.1.
  [[nodiscard]] virtual ServerConfig config() const = 0;

  /// Success, with a header Message.
  virtual void answer(const Action& action, const std::string& message) = 0;
  /// A list: its first message, that many items of about that many bytes, and the event ItemsComplete.
  virtual void answer_list(const Action& action, std::size_t items, std::size_t bytes) = 0;
  /// An event with a header Value.
  virtual void event(const std::string& name, const std::string& value) = 0;
  /// Something from which no message can be read.
  virtual void bad() = 0;
  /// These bytes instead of a message, as they are.
  virtual void hostile(const std::string& bytes) = 0;
  virtual void hang_up() = 0;

  std::vector<Action> actions;
  std::function<void(const Action&)> on_action = [](const Action&) {};
};

}  // namespace amibroker::link
