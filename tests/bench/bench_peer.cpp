// SPDX-License-Identifier: Apache-2.0
//
// bench-peer: fake Asterisk servers and the generator of load, in one thread. It prints the ports as one line of JSON,
// reads the broker's process number from its standard input, measures, and prints the result as a second line. Then it
// stays until its input is closed, so that the end of the run is not a crash of all servers for the broker.

#include <boost/program_options.hpp>
#include <exception>
#include <iostream>
#include <string>

#include "tests/bench/modes.hpp"

namespace {

using amibroker::bench::Report;
using amibroker::bench::Seconds;
using amibroker::bench::Settings;
using amibroker::bench::Stage;

constexpr double kReadyLimit = 20;

Settings parse(int argc, char** argv) {
  namespace po = boost::program_options;
  Settings out;
  po::options_description options("Options of bench-peer");
  options.add_options()("help", "this text")("mode", po::value(&out.mode)->default_value("actions"),
                                             "actions, noise, latency, dead, resync or memory")(
      "servers", po::value(&out.servers)->default_value(2), "fake servers, at least 2")(
      "devices", po::value(&out.devices)->default_value(4000), "phones on all servers together")(
      "numbered", po::value(&out.numbered)->default_value(false),
      "events have ZmqSequence alone, so that the broker asks for all of them")(
      "outstanding", po::value(&out.outstanding)->default_value(500), "actions, memory: changes under way at once")(
      "noise-per-marker", po::value(&out.noise_per_marker)->default_value(500), "noise: events before each marker")(
      "markers", po::value(&out.markers)->default_value(4), "noise: markers under way for each server")(
      "rate", po::value(&out.rate)->default_value(100), "latency, dead: changes a second")(
      "seconds", po::value(&out.seconds)->default_value(2), "measured time")(
      "warmup", po::value(&out.warmup)->default_value(0.5), "time before it")(
      "stall", po::value(&out.stall)->default_value(3), "seconds without a write: the missing ones are lost");
  po::variables_map values;
  po::store(po::parse_command_line(argc, argv, options), values);
  po::notify(values);
  if (values.count("help") != 0) {
    std::cout << options;
    std::exit(0);
  }
  if (out.servers < 2 || out.devices < out.servers) throw std::runtime_error("at least 2 servers and a device on each");
  return out;
}

Report measure(Stage& stage, const Settings& settings, pid_t broker) {
  if (settings.mode == "actions") return measure_actions(stage, settings, broker);
  if (settings.mode == "noise") return measure_noise(stage, settings, broker);
  if (settings.mode == "latency") return measure_latency(stage, settings);
  if (settings.mode == "dead") return measure_dead(stage, settings);
  if (settings.mode == "resync") return measure_resync(stage, settings, broker);
  if (settings.mode == "memory") return measure_memory(stage, settings, broker);
  throw std::runtime_error("no such mode: " + settings.mode);
}

void print_ports(const Stage& stage, std::size_t servers) {
  std::cout << R"({"servers":[)";
  for (std::size_t at = 0; at < servers; ++at) {
    const auto ports = stage.fleet().ports(at);
    std::cout << (at == 0 ? "" : ",") << R"({"cmd_port":)" << ports.command << R"(,"evt_port":)" << ports.events << "}";
  }
  std::cout << "]}" << std::endl;
}

void print(const Stage& stage, const Report& report) {
  const auto& tally = stage.ledger().tally();
  std::cout << R"({"ready":true,"events":)" << tally.events << R"(,"writes":)" << tally.writes << R"(,"lost":)"
            << tally.missing << R"(,"wrong":)" << tally.wrong << R"(,"extra":)" << tally.extra << R"(,"filtered":)"
            << stage.fleet().filtered();
  if (report.window) {
    std::cout << R"(,"seconds":)" << report.window->seconds() << R"(,"units":)" << report.window->units()
              << R"(,"broker_cpu":)" << report.window->broker_cpu() << R"(,"peer_cpu":)" << report.window->peer_cpu();
  }
  if (report.memory) {
    std::cout << R"(,"rss_kib":)" << report.memory->rss_kib << R"(,"peak_rss_kib":)" << report.memory->peak_rss_kib
              << R"(,"pss_kib":)" << report.memory->pss_kib;
  }
  std::cout << R"(,"latencies":[)";
  for (const auto& each : report.latencies) {
    std::cout << (&each == report.latencies.data() ? "" : ",") << R"({"name":")" << each.name << R"(","samples":)"
              << each.samples << R"(,"median_us":)" << each.median_us << R"(,"p99_us":)" << each.p99_us
              << R"(,"max_us":)" << each.max_us << "}";
  }
  std::cout << "]}" << std::endl;
}

}  // namespace

int main(int argc, char** argv) try {
  const Settings settings = parse(argc, argv);
  Stage stage(settings.servers, settings.devices, settings.numbered);
  const bool resync = settings.mode == "resync";  // measured from the first moment on
  if (resync) stage.ledger().preset();
  print_ports(stage, settings.servers);
  pid_t broker = 0;
  if (!(std::cin >> broker)) return 1;
  const Seconds limit(kReadyLimit);
  if (!(resync ? stage.wait_connected(limit) : stage.wait_ready(limit))) {
    std::cout << R"({"ready":false})" << std::endl;
    return 1;
  }
  print(stage, measure(stage, settings, broker));
  for (std::string line; std::getline(std::cin, line);) {
  }
  return 0;
} catch (const std::exception& error) {
  std::cerr << "bench-peer: " << error.what() << '\n';
  return 2;
}
