// SPDX-License-Identifier: Apache-2.0
// Throws whenever it is told of a server.
#include <stdexcept>

#include "plain.hpp"

namespace {
class Thrower : public amibroker::faulty::Plain {
 public:
  void on_server_up(amibroker::ServerId) override { throw std::runtime_error("fault in up"); }
  void on_server_added(amibroker::ServerId) override { throw std::runtime_error("fault in added"); }
  void on_server_changed(amibroker::ServerId) override { throw std::runtime_error("fault in changed"); }
  void on_server_retired(amibroker::ServerId) override { throw std::runtime_error("fault in retired"); }
  void on_server_down(amibroker::ServerId) override { throw std::runtime_error("fault in down"); }
};
}  // namespace

AMIBROKER_PLUGIN(Thrower, "throws_in_server", "1.0", "Throws")
