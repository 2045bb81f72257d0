#include "hn/repo/arrivals.hpp"

#include <array>
#include <bit>
#include <utility>

#include "hn/object/references.hpp"

namespace hn::repo {
namespace {

constexpr std::size_t kMet = std::size_t{1} << 15;

std::size_t place_of(const object::Id& id) {
  return (static_cast<std::size_t>(id.bytes[30]) << 8U | id.bytes[31]) % kMet;
}

// Without a call: folders name some hundred blocks for each that is new.
bool same(const object::Id& a, const object::Id& b) noexcept {
  using Words = std::array<std::uint64_t, 4>;
  const auto x = std::bit_cast<Words>(a.bytes);
  const auto y = std::bit_cast<Words>(b.bytes);
  return ((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]) | (x[3] ^ y[3])) == 0;
}

}  // namespace

Arrivals::Arrivals(const store::Store& store)
    : came_({[&store] { return store.open_scratch(); }}), met_(kMet) {
  // An id of zeros stands for an empty place, but has one of its own.
  met_[place_of({})].bytes[31] = 1;
}

bool Arrivals::came(const object::Id& id) const {
  object::Id& met = met_[place_of(id)];
  if (same(met, id)) return true;
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
  news_ = true;
  const auto visit = [this](const object::Id& named) { note_named(named); };
  if (!object::visit_references(kind, bytes, visit)) unclear_ = true;
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
  return !unclear_ && awaited_ == 0 && came(id);
}

}  // namespace hn::repo
