#include "hn/repo/arrivals.hpp"

#include "hn/object/references.hpp"

namespace hn::repo {
namespace {

constexpr std::size_t kMet = std::size_t{1} << 15;

std::size_t place_of(const object::Id& id) {
  return (static_cast<std::size_t>(id.bytes[30]) << 8U | id.bytes[31]) % kMet;
}

}  // namespace

Arrivals::Arrivals(const store::Store& store)
    : came_({[&store] { return store.open_scratch(); }}), met_(kMet) {
  // An id of zeros stands for an empty place, but has one of its own.
  met_[place_of({})].bytes[31] = 1;
}

bool Arrivals::came(const object::Id& id) const {
  object::Id& met = met_[place_of(id)];
  if (met == id) return true;
  const auto known = came_.find(id);
  if (!known || !*known) return false;
  met = id;
  return true;
}

void Arrivals::note_named(const object::Id& id) {
  if (!came(id) && came_.insert(id, false)) ++awaited_;
}

void Arrivals::add(object::Kind kind, const object::Id& id, ByteView bytes) {
  if (unclear_) return;
  if (const auto known = came_.find(id)) {
    if (*known) return;
    came_.assign(id, true);
    --awaited_;
  } else {
    came_.insert(id, true);
  }
  const auto visit = [this](const object::Id& named) { note_named(named); };
  if (!object::visit_references(kind, bytes, visit)) unclear_ = true;
}

bool Arrivals::hold_whole(const object::Id& id) const {
  return !unclear_ && awaited_ == 0 && came(id);
}

}  // namespace hn::repo
