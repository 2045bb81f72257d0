#include "hn/repo/arrivals.hpp"

#include <utility>

namespace hn::repo {

Arrivals::Arrivals(const store::Store& store)
    : came_({[&store] { return store.open_scratch(); }}) {}

void Arrivals::add(std::span<const object::Id> kept, const object::Named& named) {
  if (unclear_) return;
  for (const object::Id& id : kept) {
    const auto known = came_.find(id);
    if (known && *known) continue;
    if (known)
      came_.assign(id, true);
    else
      came_.insert(id, true);
    if (known) --awaited_;
    news_ = true;
  }
  for (const object::Id& id : named.ids)
    if (!came_.find(id) && came_.insert(id, false)) ++awaited_;
  unclear_ = !named.clear;
}

std::vector<object::Id> Arrivals::take_awaited(std::size_t max) {
  std::vector<object::Id> out;
  if (!std::exchange(news_, false) || unclear_ || awaited_ == 0) return out;
  came_.visit([&](const object::Id& id, bool came) {
    if (!came && out.size() < max) out.push_back(id);
  });
  return out;
}

bool Arrivals::hold_whole(const object::Id& id) const {
  if (unclear_ || awaited_ > 0) return false;
  const auto known = came_.find(id);
  return known && *known;
}

}  // namespace hn::repo
