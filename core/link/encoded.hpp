// SPDX-License-Identifier: Apache-2.0
//
// One action, as the wires of one transport send it.
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <string>
#include <string_view>
#include <utility>

namespace amibroker::link {

/// Made by a transport, for its own wires, and shared by all servers that get the same action: so it does not change.
/// Loop's thread only, its count of users too.
class Encoded : public boost::intrusive_ref_counter<Encoded, boost::thread_unsafe_counter> {
 public:
  virtual ~Encoded() = default;
  /// What goes over the wire. Lives as long as this.
  [[nodiscard]] virtual std::string_view bytes() const noexcept = 0;
};

using EncodedPtr = boost::intrusive_ptr<const Encoded>;

/// For a transport whose wires need nothing but the bytes.
class EncodedText final : public Encoded {
 public:
  explicit EncodedText(std::string text) : text_(std::move(text)) {}
  [[nodiscard]] std::string_view bytes() const noexcept override { return text_; }

 private:
  std::string text_;
};

}  // namespace amibroker::link
