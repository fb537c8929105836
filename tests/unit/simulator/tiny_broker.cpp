// SPDX-License-Identifier: Apache-2.0
//
// The least that asterisk-sim can take for a broker, with faults by the environment, to test the simulator's verdicts:
// TINY_BROKER_FAULT = lossy (forgets one of seven writes) | crash (after 30 writes) | bad-exit (ends with 3).
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>
#include <zmq.hpp>

namespace {

volatile std::sig_atomic_t stop_wanted = 0;

struct Link {
  zmq::socket_t events;
  zmq::socket_t commands;
};

void send(zmq::socket_t& socket, const nlohmann::json& action) {
  socket.send(zmq::message_t(), zmq::send_flags::sndmore);
  socket.send(zmq::buffer(action.dump()), zmq::send_flags::none);
}

std::vector<Link> connect_all(zmq::context_t& context, const char* config) {
  std::ifstream file(config);
  std::vector<Link> links;
  std::string command;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("cmd_port = ")) command = line.substr(11);
    if (!line.starts_with("evt_port = ")) continue;
    Link link{{context, zmq::socket_type::sub}, {context, zmq::socket_type::dealer}};
    link.events.set(zmq::sockopt::subscribe, "{\"Event\":\"DeviceStateChange\"");
    link.events.connect("tcp://127.0.0.1:" + line.substr(11));
    link.commands.set(zmq::sockopt::linger, 0);
    link.commands.connect("tcp://127.0.0.1:" + command);
    send(link.commands, {{"Action", "Ping"}, {"ActionID", "0"}});
    links.push_back(std::move(link));
  }
  return links;
}

class TinyBroker {
 public:
  TinyBroker(std::vector<Link> links, std::string fault) : links_(std::move(links)), fault_(std::move(fault)) {}

  void run() {
    std::vector<zmq::pollitem_t> items;
    for (auto& link : links_) {
      items.push_back({link.events, 0, ZMQ_POLLIN, 0});
      items.push_back({link.commands, 0, ZMQ_POLLIN, 0});
    }
    while (stop_wanted == 0) {
      try {
        zmq::poll(items, std::chrono::milliseconds(100));
      } catch (const zmq::error_t&) {
        continue;  // a signal
      }
      for (std::size_t i = 0; i < links_.size(); ++i) handle(i);
    }
  }

 private:
  void handle(std::size_t origin) {
    zmq::message_t message;
    while (links_[origin].commands.recv(message, zmq::recv_flags::dontwait)) continue;
    while (links_[origin].events.recv(message, zmq::recv_flags::dontwait)) {
      const auto event = nlohmann::json::parse(message.to_string());
      const std::string device = event.at("Device");
      if (!device.starts_with("Custom:")) replicate(origin, device, event.at("State"));
    }
  }

  void replicate(std::size_t origin, const std::string& device, const std::string& state) {
    for (std::size_t target = 0; target < links_.size(); ++target) {
      if (target == origin) continue;
      ++writes_;
      if (fault_ == "crash" && writes_ > 30) std::abort();
      if (fault_ == "lossy" && writes_ % 7 == 0) continue;
      send(links_[target].commands, {{"Action", "Setvar"},
                                     {"ActionID", std::to_string(writes_)},
                                     {"Variable", "DEVICE_STATE(Custom:" + device + ")"},
                                     {"Value", state}});
    }
  }

  std::vector<Link> links_;
  std::string fault_;
  int writes_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::signal(SIGTERM, [](int) { stop_wanted = 1; });
  const char* fault = std::getenv("TINY_BROKER_FAULT");
  zmq::context_t context;
  TinyBroker(connect_all(context, argv[1]), fault == nullptr ? "" : fault).run();
  return fault != nullptr && std::string(fault) == "bad-exit" ? 3 : 0;
}
