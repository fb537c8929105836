// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/link/wire_conformance.hpp"

#include "tests/unit/link/native/ami_peer.hpp"
#include "tests/unit/link/zmq/conforming_peer.hpp"

namespace amibroker::link {
namespace {

template <typename Peer>
std::unique_ptr<WirePeer> make(base::EventLoop& loop) {
  return std::make_unique<Peer>(loop);
}

INSTANTIATE_TEST_SUITE_P(EveryWire, WireConformance,
                         ::testing::Values(WireKind{"native", make<native::AmiPeer>},
                                           WireKind{"zmq", make<zeromq::ConformingPeer>}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace amibroker::link
