#include "decisions.hpp"

#include <ostream>

namespace hn::cli {
namespace {

std::string_view side_at(std::size_t place) {
  return place == 0 ? "ours" : "theirs";
}

}  // namespace

Json decisions_json(const std::vector<merge::Decision>& decisions) {
  Json out = Json::array();
  for (const merge::Decision& decision : decisions) {
    Json row;
    put_text(row, "path", decision.path);
    row["policy"] = merge::name_of(decision.policy);
    row["winner"] = decision.winner ? Json(side_at(*decision.winner)) : Json();
    row["losers"] = Json::array();
    for (const std::size_t place : decision.losers) row["losers"].push_back(side_at(place));
    out.push_back(std::move(row));
  }
  return out;
}

void say_decisions(const Context& context, const std::vector<merge::Decision>& decisions) {
  for (const merge::Decision& decision : decisions) {
    if (!decision.winner) continue;
    context.out << " " << side_at(*decision.winner) << " by " << merge::name_of(decision.policy)
                << ": " << shown_path(decision.path) << "\n";
  }
}

}  // namespace hn::cli
