// SPDX-License-Identifier: Apache-2.0
//
// A library whose static initialiser does what its name says, so that it can never be loaded.
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <string_view>

#include "amibroker/plugin.hpp"

namespace {

bool misbehave() {
  constexpr std::string_view name = NAME;
  if (name == "static_throws") throw std::runtime_error("a bad day at load");
  if (name == "static_exits") std::exit(0);
  for (;;) ::pause();
}

const bool misbehaved = misbehave();

class Unreachable final : public amibroker::Plugin {
 public:
  void start(amibroker::Host& host) override { static_cast<void>(&host), static_cast<void>(misbehaved); }
  void on_event(amibroker::ServerId, const amibroker::Message&) override {}
};

}  // namespace

AMIBROKER_PLUGIN(Unreachable, NAME, "1.0", "Cannot be loaded")
