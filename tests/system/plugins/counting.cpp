// SPDX-License-Identifier: Apache-2.0
//
// Counts the events Probe of each server, whose numbers must have no hole and come once.
#include <map>
#include <string>

#include "amibroker/plugin.hpp"

namespace {

class Counting final : public amibroker::Plugin {
 public:
  void start(amibroker::Host& host) override {
    probes_ = &host.counter("probes");
    wrong_ = &host.counter("wrong");
    host.subscribe("Probe");
  }
  void on_event(amibroker::ServerId server, const amibroker::Message& message) override {
    ++*probes_;
    if (message["Number"] != std::to_string(++last_[server])) ++*wrong_;
  }

 private:
  amibroker::Counter* probes_ = nullptr;
  amibroker::Counter* wrong_ = nullptr;
  std::map<amibroker::ServerId, std::uint64_t> last_;
};

}  // namespace

AMIBROKER_PLUGIN(Counting, "counting", "1.0", "Counts numbered events")
