// SPDX-License-Identifier: Apache-2.0
//
// What is known of names beyond the servers of this broker.
#pragma once

#include <span>

#include "plugins/replication/cell.hpp"
#include "plugins/replication/types.hpp"

namespace amibroker::replication {

/// What other sites say, for the Replicator, and what happens here, for other sites. Called on the loop's thread, from
/// inside the Replicator.
class Outside {
 public:
  /// `shown[i]` is what the server of the row's i-th cell should show for what the servers here say of a one-way key,
  /// and becomes what it should show for what all sites say.
  virtual void add(KeyId key, const Row& row, std::span<ValueId> shown) const noexcept = 0;

  /// A server contributes something else to a one-way key, or nothing any more; it is in its cell by now. `found`: a
  /// list showed it, and nothing was known of it before, so when it became so is not known.
  virtual void contributed(KeyId key, Place origin, bool found) noexcept = 0;

  /// A server says that a symmetric key has another value; its neighbours are to hold it by now. `found`: as above.
  virtual void news(KeyId key, Place server, ValueId value, bool found) noexcept = 0;

 protected:
  ~Outside() = default;
};

}  // namespace amibroker::replication
