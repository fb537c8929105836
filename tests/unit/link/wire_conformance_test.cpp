// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/link/wire_conformance.hpp"

#include "tests/unit/link/native/ami_peer.hpp"

namespace amibroker::link {
namespace {

INSTANTIATE_TEST_SUITE_P(EveryWire, WireConformance,
                         ::testing::Values(WireKind{"native",
                                                    [](base::EventLoop& loop) -> std::unique_ptr<WirePeer> {
                                                      return std::make_unique<native::AmiPeer>(loop);
                                                    }}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace amibroker::link
