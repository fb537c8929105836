// SPDX-License-Identifier: Apache-2.0
#include "core/link/native/transport.hpp"

#include <utility>

#include "core/ami/text_encoder.hpp"
#include "core/link/native/access.hpp"
#include "core/link/native/refusals.hpp"

namespace amibroker::link::native {
namespace {

// Asterisk takes one action after the other, so more would only fill buffers. Events come in the same session.
constexpr WireTraits native_traits{
    .window = 512, .answers_without_id = false, .events_show_life = true, .bytes = ami::Bytes::any};

}  // namespace

const WireTraits& NativeTransport::traits() const noexcept { return native_traits; }

std::unique_ptr<Wire> NativeTransport::connect(const ServerConfig& config, const std::string& address,
                                               const Interest& interest, WireListener& listener) {
  auto access = std::static_pointer_cast<const NativeAccess>(config.access);
  return std::make_unique<Session>(shared_, config, std::move(access), address, interest, listener);
}

std::string_view NativeTransport::refusal(std::string_view action) const noexcept { return refusal_of(action); }

EncodedPtr NativeTransport::encode(const Action& action, std::uint64_t id) {
  std::string text;
  ami::encode_text(action, id, text);
  return EncodedPtr(new EncodedText(std::move(text)));
}

TransportKind native_kind() noexcept {
  return {.name = "ami",
          .about = "the manager interface of every Asterisk",
          .keys = access_keys(),
          .read = read_access,
          .make = [](base::EventLoop& loop, std::size_t) -> std::unique_ptr<Transport> {
            return std::make_unique<NativeTransport>(loop);
          }};
}

}  // namespace amibroker::link::native
