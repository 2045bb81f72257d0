#include "store/pack_set.hpp"

#include "store/forms.hpp"

// Why chains end. Two processes may write the same blocks at the same time, each as a difference
// from the other's: X on Y in one pack, Y on X in another. Each record also says how deep its chain
// is at most, and was written where a copy of its base of lesser depth was readable. A base is
// therefore always taken from its copy of least depth: that is at most the depth of the copy that
// the writer saw, depths fall strictly along the chain, and a chain has at most kChainMax steps.
// Copies are dropped (sorted_unique, merging) only in favour of one that is no deeper.
namespace hn::store {

// Calls visit(loaded) for the good copies until it answers true.
template <class Visit>
Result<void> PackSet::each_copy(const object::Address& address, Visit visit) const {
  Error error{Code::absent, "no such block", address.bytes};
  const auto look = [&](const Pack& pack) {
    const auto offset = pack.find(address);
    if (!offset) return false;
    auto loaded = pack.load(*offset, address);
    if (loaded) return visit(std::move(*loaded));
    error = {Code::damaged, loaded.error().rule, address.bytes};
    return false;
  };
  if (look(*tail_)) return {};
  for (auto pack = sealed_.rbegin(); pack != sealed_.rend(); ++pack) {
    if (look(**pack)) return {};
  }
  return fail(error);
}

bool PackSet::has(const object::Address& address) const noexcept {
  if (tail_->find(address)) return true;
  for (auto pack = sealed_.rbegin(); pack != sealed_.rend(); ++pack) {
    if ((*pack)->find(address)) return true;
  }
  return false;
}

Result<Loaded> PackSet::load(const object::Address& address) const {
  std::optional<Loaded> found;
  const auto all = each_copy(address, [&](Loaded loaded) {
    found = std::move(loaded);
    return true;
  });
  if (!found) return Unexpected(all.error());
  return std::move(*found);
}

Result<Loaded> PackSet::load_shallowest(const object::Address& address) const {
  std::optional<Loaded> found;
  const auto all = each_copy(address, [&](Loaded loaded) {
    if (!found || loaded.head.depth < found->head.depth) found = std::move(loaded);
    return found->head.depth == 0;
  });
  if (!found) return Unexpected(all.error());
  return std::move(*found);
}

Result<Plain> PackSet::read(const object::Address& address) const {
  HN_TRY(const Loaded loaded, load(address));
  return decode(loaded);
}

Result<Plain> PackSet::read_shallowest(const object::Address& address) const {
  HN_TRY(const Loaded loaded, load_shallowest(address));
  return decode(loaded);
}

Result<Plain> PackSet::decode(const Loaded& loaded) const {
  std::vector<Loaded> bases;
  const Loaded* last = &loaded;
  while (last->head.base) {
    HN_TRY(Loaded base, load_shallowest(*last->head.base));
    if (base.head.depth >= last->head.depth) {
      return fail(Code::damaged, "chain of bases", last->head.address.bytes);
    }
    bases.reserve(kChainMax);
    bases.push_back(std::move(base));
    last = &bases.back();
  }
  Bytes plain;
  for (std::size_t i = bases.size() + 1; i-- > 0;) {
    const Loaded& link = i == 0 ? loaded : bases[i - 1];
    auto next = decode_form(link.head.form, link.head.plain_bytes, link.bytes, plain);
    if (!next) return fail(Code::damaged, next.error().rule, link.head.address.bytes);
    plain = std::move(*next);
  }
  return Plain{loaded.head.kind, std::move(plain), loaded.head.depth};
}

}  // namespace hn::store
