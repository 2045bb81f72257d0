#pragma once

#include "hn/log/heads.hpp"

// Faults that tests plant in the evaluation, to see that they are caught. Nothing but tests asks
// for one; a view that was not made by the function below has none.
namespace hn::log {

enum class Planted : std::uint8_t {
  none,
  last_cut_wins,  // instead of the intersection of all cuts
  cuts_ignored,
  seniority_by_arrival,  // instead of log order
  juniors_cut_seniors,
  rejected_grants_count,
  rejected_revokes_count,
  grants_need_no_past,
  farewells_ignored,
  anyone_rewrites,  // without admin
  rejected_rewrites_count,
  live_once_is_live,  // a publish stays as first judged
  equal_commits_all_heads,
  first_reached_wins,  // heads in order of arrival
};

View view_with(const EntryId& repository, Planted fault);
Result<Heads> heads_with(std::span<const LivePublish> live, const object::History& history,
                         Planted fault);

}  // namespace hn::log
