// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/standing.hpp"

namespace amibroker::replication {

std::string_view word_of(Standing standing) noexcept {
  switch (standing) {
    case Standing::origin: return "origin";
    case Standing::right: return "right";
    case Standing::in_flight: return "in_flight";
    case Standing::waiting: return "waiting";
    case Standing::refused: return "refused";
    case Standing::held: return "held";
    case Standing::down: return "down";
    case Standing::elsewhere: break;
  }
  return "elsewhere";
}

char letter_of(Standing standing) noexcept {
  switch (standing) {
    case Standing::origin: return 'o';
    case Standing::right: return 'r';
    case Standing::in_flight: return 'f';
    case Standing::waiting: return 'w';
    case Standing::refused: return 'x';
    case Standing::held: return 'h';
    case Standing::down: return 'd';
    case Standing::elsewhere: break;
  }
  return '.';
}

Standing standing_of(const Row& row, std::size_t index, const Replicator& replicator) {
  const Cell& cell = row[index];
  const Target& target = replicator.target(row.place(index));
  if (target.vacant) return Standing::elsewhere;
  const bool is_own = cell.contribution != no_value;
  if (cell.desired == no_value) return is_own ? Standing::origin : Standing::elsewhere;
  if (cell.in_flight != no_value) return Standing::in_flight;
  if (replicator.is_satisfied(cell)) return is_own ? Standing::origin : Standing::right;
  if (target.stage == Target::Stage::down) return Standing::down;
  if (target.held) return Standing::held;
  return cell.rejected ? Standing::refused : Standing::waiting;
}

std::string_view why_not_yet(KeyId key, const Row& row, std::size_t index, const Replicator& replicator) {
  const Cell& cell = row[index];
  const Target& target = replicator.target(row.place(index));
  const Place held_on = replicator.sharing(key) == Sharing::one_way ? row.place(index) : no_place;
  if (!target.leads) return "another broker writes there";
  if (target.stage == Target::Stage::down) return "is down";
  if (target.held) return "is held for maintenance";
  if (target.stage == Target::Stage::unread) return "is being read";
  if (cell.in_flight != no_value) return "a write is under way";
  if (replicator.damper().holds({key, held_on})) return "waits because somebody else keeps changing it";
  if (cell.rejected) return "refused it";
  if (cell.put_off) return "is tried again soon";
  if (cell.waits_live || cell.waits_dump) return "the write waits for its turn";
  return {};
}

}  // namespace amibroker::replication
