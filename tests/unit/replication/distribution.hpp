// SPDX-License-Identifier: Apache-2.0
//
// A Distributor on a FakeHost, whose lists are read from items `Name`, `Value` and `Kind`.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "amibroker/replication/options.hpp"
#include "amibroker/testing/fake_host.hpp"
#include "amibroker/testing/message_builder.hpp"
#include "plugins/replication/distributor.hpp"
#include "tests/unit/replication/reading.hpp"

namespace amibroker::replication {

/// `Kind` is `own`, `held`, or `shared`; an item without a name does not concern the plugin. The technology is what
/// stands before the slash.
class ItemReader final : public ListReader {
 public:
  std::optional<ListedState> read_item(ServerId, const Message& item) override {
    const std::string_view name = item["Name"];
    if (name.empty()) return std::nullopt;
    const std::string_view native = name.substr(name.find(':') + 1);
    const std::string_view technology = native.substr(0, native.find('/'));
    if (item["Kind"] == "own") return ListedState{name, technology, item["Value"], Listed::Kind::own, Sharing::one_way};
    const Sharing sharing = item["Kind"] == "held" ? Sharing::one_way : Sharing::symmetric;
    return ListedState{name, technology, item["Value"], Listed::Kind::held, sharing};
  }
};

inline Item own(std::string name, std::string value) { return {{"Name", name}, {"Value", value}, {"Kind", "own"}}; }
inline Item held(std::string name, std::string value) { return {{"Name", name}, {"Value", value}, {"Kind", "held"}}; }
inline Item shared(std::string name, std::string value) {
  return {{"Name", name}, {"Value", value}, {"Kind", "shared"}};
}

inline constexpr OptionSpec distribution_options[] = {
    {"max_names", OptionType::integer, "4", "", 1, 1000, "how many names there may be"},
    AMIBROKER_REPLICATION_OPTIONS,
};

inline constexpr std::array<std::string_view, 1> distribution_values{"NOTHING"};

inline constexpr Medium distribution_medium{.plugin = "test_state",
                                            .function = "STATE(",
                                            .module = "func_state.so",
                                            .list_action = "TestStateList",
                                            .list_module = "res_manager_teststate.so",
                                            .technologies = {},
                                            .limit = "max_names",
                                            .lists_show_names = true,
                                            .echoes_repeats = true,
                                            .values = distribution_values};

/// A host and a distributor. Set options before `start`.
class Distributed {
 public:
  explicit Distributed(std::vector<std::string> names, std::span<const OptionSpec> options = distribution_options)
      : host(std::move(names), options, amibroker::testing::Timeouts::by_the_test) {
    host.option_values.set("server_share", "100");
  }

  void start(const Medium& medium = distribution_medium) {
    distributor.emplace(host, reader, neighbours, newest, medium);
  }

  void up(ServerId server) {
    host.set_up(server);
    distributor->server_up(server);
  }
  /// As the daemon does: first what is under way ends, then the plugin is told.
  void down(ServerId server) { host.take_down(downs, server); }
  /// Answers what servers were asked for their states.
  std::size_t read(const Lists& lists = {}) {
    return read_servers(
        host, [&](ServerId server, const Message& event) { this->event(server, event); }, lists);
  }
  /// So much later that a reason to read a server's states is served at once.
  void pause() { host.clock.advance(ReadingPace::least_pause); }
  void event(ServerId server, const Message& event) { distributor->on_other_event(server, event); }
  void device(ServerId origin, const std::string& name, std::string_view value) {
    distributor->changed_at_origin(origin, "Custom:" + name, name.substr(0, name.find('/')), distributor->value(value));
  }
  void presence(ServerId server, std::string_view name, std::string_view value) {
    distributor->changed_on(server, name, distributor->value(value));
  }

  testing::FakeHost host;
  ItemReader reader;
  Neighbours neighbours{host.servers()};
  NewestWins newest{neighbours};
  std::optional<Distributor> distributor;

 private:
  /// Tells the distributor what FakeHost tells a plugin.
  class Downs final : public Plugin {
   public:
    explicit Downs(Distributed& distributed) : distributed_(distributed) {}
    void start(Host&) override {}
    void on_event(ServerId, const Message&) override {}
    void on_server_down(ServerId server) override { distributed_.distributor->server_down(server); }

   private:
    Distributed& distributed_;
  };
  Downs downs{*this};
};

}  // namespace amibroker::replication
