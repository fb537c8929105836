// SPDX-License-Identifier: Apache-2.0
//
// One Asterisk with its module, in virtual time: carries out actions, publishes events, dies and boots.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "amibroker/action.hpp"
#include "amibroker/host.hpp"
#include "tests/simulation/world.hpp"
#include "tests/simulator/asterisk.hpp"

namespace amibroker::simulation {

/// The messages of a reply.
struct Answer {
  bool error = false;
  std::vector<sim::Fields> messages;
};

class ModelServer {
 public:
  /// Takes an event with its number, 0 if the module does not number them.
  using Publisher = std::function<void(sim::Fields event, std::uint64_t number)>;

  ModelServer(World& world, ServerId id) : world_(world), id_(id) {}

  /// Each of them is handed every event.
  void add_publisher(Publisher publisher) { publishers_.push_back(std::move(publisher)); }

  /// Setvar, the two lists and UserEvent, on the model of Asterisk without the detour through JSON. `late`: it is what
  /// a lost connection left, which no check of what the broker writes may count.
  Answer run(const Action& action, bool late = false);

  /// A device or presentity has another value; false if it is the one that it had.
  bool change(std::string_view device, sim::DeviceState state);
  void change(std::string_view presentity, const sim::Presence& presence);

  /// Like `change`, before the broker is there: nothing is published.
  void preset(std::string_view device, sim::DeviceState state) { static_cast<void>(set(device, state)); }
  void preset(std::string_view presentity, const sim::Presence& presence) {
    asterisk.set_presence(presentity, presence);
  }

  /// The process starts again. Its module numbers events from 1 again.
  void boot();

  /// Publishes an event that has only a name, such as FullyBooted.
  void announce(std::string_view event) { publish({{"Event", std::string(event)}, {"Privilege", "system,all"}}); }
  /// Publishes the stored presences, as func_presencestate does when it is loaded.
  void publish_presences();

  sim::Asterisk asterisk{sim::AsteriskOptions{}};
  bool refusing = false;        ///< answers each Setvar with an error
  bool hides_fences = false;    ///< the broker's account is not sent UserEvents
  double duplicate_chance = 0;  ///< publishes an event twice

 private:
  [[nodiscard]] std::vector<sim::Fields> set(std::string_view device, sim::DeviceState state);
  Answer set_variable(const Action& action, bool late);
  [[nodiscard]] Answer list_devices() const;
  [[nodiscard]] Answer list_presences() const;
  Answer user_event(const Action& action);
  void publish(sim::Fields event);
  void publish_all(std::vector<sim::Fields> events);

  World& world_;
  ServerId id_;
  std::vector<Publisher> publishers_;
  std::uint64_t last_number_ = 0;
};

/// The first value of that header of an action.
[[nodiscard]] std::string_view header_of(const Action& action, std::string_view name) noexcept;

}  // namespace amibroker::simulation
