// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/app/options.hpp"

#include <algorithm>
#include <boost/program_options.hpp>
#include <cmath>
#include <filesystem>
#include <sstream>
#include <stdexcept>

namespace amibroker::sim::app {
namespace {

namespace po = boost::program_options;

constexpr std::uint16_t kDefaultBasePort = 30967;  // of the original broker's example

constexpr auto kIntroduction =
    "Simulates Asterisk servers with res_zmq_manager or with native AMI, makes calls on their phones, and shows what\n"
    "each server's lamps show of each phone.\n\n"
    "  asterisk-sim --broker build/release/bin/zmq-ami-broker    starts the broker and stops it at the end\n"
    "  asterisk-sim --print-config > fleet.ini                   for a broker that you start yourself, then:\n"
    "  asterisk-sim                                              waits for that broker\n"
    "  asterisk-sim --broker PATH --sites 3 --servers 6 --cut    three sites of two servers; the last is cut off and "
    "back\n\n"
    "Options";

constexpr auto kExitCodes =
    "\nExit codes:\n"
    "  0  all servers agree on all phones, and the broker lived and ended well\n"
    "  1  at the end servers disagree\n"
    "  2  wrong usage\n"
    "  3  the broker did not connect to all servers within 15 s\n"
    "  4  the broker died, or did not end with 0 within 10 s of SIGTERM\n"
    "  5  the simulation itself failed\n";

std::optional<Wires> wires_of(const std::string& text) {
  if (text == "zmq") return Wires::zmq;
  if (text == "ami") return Wires::ami;
  if (text == "mixed") return Wires::mixed;
  return std::nullopt;
}

bool is_plugin_name(const std::string& name) {
  return !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
}

// Boost reads "-1" into an unsigned type as a huge number: limits catch it.
void check(bool good, const char* what) {
  if (!good) throw std::invalid_argument(what);
}

void check_sites(const Options& options, long seconds) {
  check(options.sites >= 1 && options.sites <= 100, "--sites is 1 to 100");
  check(options.sites <= options.servers, "--sites: each needs a server, so give as many with --servers");
  check(options.sites == 1 || !options.broker.empty(), "--sites needs --broker: asterisk-sim starts one for each site");
  check(!options.cut || (options.sites > 1 && seconds > 0), "--cut needs --sites of 2 or more, and --seconds above 0");
  check(!options.web || *options.web + options.sites <= 65536,
        "--web and a port for each further site are at most 65535");
}

Options read(const po::variables_map& values) {
  Options options;
  const auto seconds = values["seconds"].as<long>();
  options.servers = values["servers"].as<std::size_t>();
  options.phones = values["phones"].as<std::size_t>();
  options.rate = values["rate"].as<double>();
  options.seed = values["seed"].as<std::uint64_t>();
  options.broker = values["broker"].as<std::string>();
  options.plugins = values["plugins"].as<std::string>();
  if (values.count("plugin") > 0) options.enabled = values["plugin"].as<std::vector<std::string>>();
  options.inject = values["inject"].as<std::string>();
  options.calls = values.count("calls") > 0;
  options.broker_log = values["broker-log"].as<std::string>();
  // The broker takes a relative path from the folder of its config.
  if (!options.plugins.empty()) options.plugins = std::filesystem::absolute(options.plugins).string();
  if (values.count("web") > 0) {
    const auto port = values["web"].as<unsigned>();
    check(port >= 1024 && port <= 65535, "--web is a port, 1024 to 65535");
    options.web = static_cast<std::uint16_t>(port);
  }
  options.sites = values["sites"].as<std::size_t>();
  options.engine = values["engine"].as<std::string>();
  options.cut = values.count("cut") > 0;
  options.log = values["log"].as<std::string>();
  options.print_config = values.count("print-config") > 0;
  const auto module = values["module"].as<std::string>();
  const auto wires = wires_of(values["transport"].as<std::string>());
  check(options.servers >= 2 && options.servers <= 1000, "--servers is 2 to 1000");
  check(options.phones >= 1 && options.phones <= 10'000, "--phones is 1 to 10000");
  check(std::isfinite(options.rate) && options.rate > 0 && options.rate <= 20'000, "--rate is above 0, at most 20000");
  check(seconds >= 0 && seconds <= 1'000'000, "--seconds is 0 (until interrupted) to 1000000");
  check_sites(options, seconds);
  check(std::all_of(options.enabled.begin(), options.enabled.end(), is_plugin_name),
        "--plugin is the name of a plugin: a-z, 0-9 and _");
  check(module == "ours" || module == "original", "--module is ours or original");
  check(wires.has_value(), "--transport is zmq, ami or mixed");
  options.wires = *wires;
  options.duration = std::chrono::seconds(seconds);
  options.module = module == "ours" ? Module::ours : Module::original;
  if (values.count("base-port") > 0) {
    const auto port = values["base-port"].as<unsigned>();
    check(port >= 1024 && port + 2 * options.servers <= 65536,
          "--base-port and the two ports of each server are 1024 to 65535");
    options.base_port = static_cast<std::uint16_t>(port);
  } else if (options.broker.empty()) {
    options.base_port = kDefaultBasePort;
  }
  return options;
}

po::options_description description() {
  po::options_description result(kIntroduction, 120, 60);
  const Options defaults;
  const auto text = [](const char* name) { return po::value<std::string>()->default_value("", "")->value_name(name); };
  // clang-format off
  result.add_options()
      ("servers", po::value<std::size_t>()->default_value(defaults.servers)->value_name("N"), "simulated servers")
      ("phones", po::value<std::size_t>()->default_value(defaults.phones)->value_name("N"), "phones on each server")
      ("rate", po::value<double>()->default_value(defaults.rate)->value_name("N"),
       "changes of state a second, over all phones")
      ("seconds", po::value<long>()->default_value(defaults.duration.count())->value_name("N"),
       "how long; 0: until interrupted")
      ("seed", po::value<std::uint64_t>()->default_value(defaults.seed)->value_name("N"),
       "the same seed makes the same calls")
      ("broker", text("PATH"), "start this broker with a config made for it")
      ("plugins", text("DIR"), "the broker's folder of plugins, if not its own")
      ("plugin", po::value<std::vector<std::string>>()->value_name("NAME"),
       "switch on this plugin in the broker's config; several times for several")
      ("broker-log", text("FILE"), "copy what the broker said to this file, at the end")
      ("calls", "publish whole calls, Newchannel to Hangup, not only states of devices")
      ("inject", text("FILE"),
       "each server sends the events of this file once, before the calls: AMI text, an empty line after each event")
      ("base-port", po::value<unsigned>()->value_name("PORT"),
       "two ports of 127.0.0.1 for each server from here on (30967 without --broker, else free ones)")
      ("transport", po::value<std::string>()->default_value("zmq")->value_name("NAME"),
       "what the servers speak: zmq, ami (Asterisk's own manager interface, without a module), or mixed")
      ("module", po::value<std::string>()->default_value("ours")->value_name("NAME"),
       "whose res_zmq_manager: ours or original")
      ("web", po::value<unsigned>()->value_name("PORT"),
       "the broker shows its board at this port of this machine, those of further sites at the next ones")
      ("sites", po::value<std::size_t>()->default_value(defaults.sites)->value_name("N"),
       "spread the servers over so many sites, each with its own broker, and a nats-server between them")
      ("engine", po::value<std::string>()->default_value(defaults.engine)->value_name("PATH"),
       "nats-server, for --sites")
      ("cut", "the last site is cut off from the others after a third of the time, and back after two thirds")
      ("log", text("FILE"), "write each change and each write to this file")
      ("print-config", "only print a config for this fleet")
      ("help", "this text");
  // clang-format on
  return result;
}

}  // namespace

Parsed parse_options(int argc, const char* const* argv) {
  const auto known = description();
  try {
    po::variables_map values;
    po::store(po::command_line_parser(argc, argv).options(known).positional({}).run(), values);
    if (values.count("help") > 0) {
      std::ostringstream text;
      text << known << kExitCodes;
      return {.options = std::nullopt, .text = text.str()};
    }
    return {.options = read(values)};
  } catch (const std::exception& error) {
    return {.options = std::nullopt,
            .text = std::string("asterisk-sim: ") + error.what() + "; see asterisk-sim --help\n",
            .exit_code = ExitCode::usage};
  }
}

}  // namespace amibroker::sim::app
