// SPDX-License-Identifier: Apache-2.0
//
// Why is this lamp red? What is known of each key, in the log.
#pragma once

#include <cstddef>
#include <string>

#include "amibroker/host.hpp"
#include "plugins/replication/key_table.hpp"
#include "plugins/replication/places.hpp"
#include "plugins/replication/replicator.hpp"
#include "plugins/replication/value_table.hpp"

namespace amibroker::replication {

class Sites;

/// What is known of one key on one line: who contributes what; what all targets that agree hold, and how many they are;
/// each target that does not, with what it should hold, what it is known to hold, and since when it should.
///
///     Custom:PJSIP/100: server-1 says INUSE; held by 2 servers: INUSE (since 41 s); server-4 should hold INUSE
///     since 3 s, holds NOT_INUSE, is down
///
/// `sites`: what they say is there, too, as `site paris says INUSE`; of a name that is shared, `site paris set it to
/// away`. Null: there are none.
[[nodiscard]] std::string describe_key(KeyId key, const Host& host, const Replicator& replicator, const Places& places,
                                       const KeyTable& keys, const ValueTable& values, const Sites* sites);

/// Writes a line for each key, a slice at a time, so that neither the loop nor the log is held up. Lives until
/// Plugin::stop. Loop's thread only.
class StateReport {
 public:
  /// The references must outlive this.
  StateReport(Host& host, const Replicator& replicator, const Places& places, const KeyTable& keys,
              const ValueTable& values)
      : host_(host), replicator_(replicator), places_(places), keys_(keys), values_(values) {}
  ~StateReport() { host_.cancel(timer_); }
  StateReport(const StateReport&) = delete;
  StateReport& operator=(const StateReport&) = delete;

  /// There are other sites, from now on.
  void set_sites(const Sites& sites) noexcept { sites_ = &sites; }

  /// Begins; starts again if a report is under way.
  void begin();

  static constexpr std::size_t keys_a_slice = 200;
  static constexpr std::chrono::milliseconds pause{50};

 private:
  void write_slice();

  Host& host_;
  const Replicator& replicator_;
  const Places& places_;
  const KeyTable& keys_;
  const ValueTable& values_;
  const Sites* sites_ = nullptr;
  KeyId next_ = 0;
  TimerId timer_ = 0;
};

}  // namespace amibroker::replication
