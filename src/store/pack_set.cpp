#include "store/pack_set.hpp"

#include "store/forms.hpp"
#include "store/plain_cache.hpp"

// Why chains end. Two processes may write the same blocks at the same time, each as a difference
// from the other's: X on Y in one pack, Y on X in another. Each record also says how deep its chain
// is at most, and was written where a copy of its base of lesser depth was readable. A base is
// therefore always taken from its copy of least depth: that is at most the depth of the copy that
// the writer saw, depths fall strictly along the chain, and a chain has at most kChainMax steps.
// Copies are dropped (sorted_unique, merging) only in favour of one that is no deeper.
namespace hn::store {
namespace {

Result<PlainPtr> decode_link(const Loaded& link, const Plain* base) {
  const RecordHead& head = link.head;
  auto plain = decode_form(head.form, head.plain_bytes, link.bytes,
                           base != nullptr ? ByteView(base->bytes) : ByteView());
  if (!plain) return fail(Code::damaged, plain.error().rule, head.address.bytes);
  return make_plain(head.kind, *std::move(plain), head.depth);
}

}  // namespace

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

Result<PlainPtr> PackSet::read(const object::Address& address, PlainCache* cache) const {
  if (cache != nullptr) {
    if (const auto known = cache->find(address)) return known;
  }
  HN_TRY(const Loaded loaded, load(address));
  return read_loaded(loaded, cache);
}

// A copy that was decoded before may be deeper than the least deep one now. That is no harm: a copy
// of its depth was readable, which is all that a difference from it relies on.
Result<PlainPtr> PackSet::read_shallowest(const object::Address& address, PlainCache* cache) const {
  if (cache != nullptr) {
    if (const auto known = cache->find(address)) return known;
  }
  HN_TRY(const Loaded loaded, load_shallowest(address));
  return read_loaded(loaded, cache);
}

// A chunk without a base is left out of the cache: large files would push out what is read again.
Result<PlainPtr> PackSet::read_loaded(const Loaded& loaded, PlainCache* cache) const {
  HN_TRY(PlainPtr plain, decode(loaded, cache));
  if (cache != nullptr && (plain->kind != object::Kind::chunk || plain->depth > 0)) {
    cache->add(loaded.head.address, plain);
  }
  return plain;
}

Result<PlainPtr> PackSet::decode(const Loaded& loaded, PlainCache* cache) const {
  std::vector<Loaded> bases;
  PlainPtr base;
  const Loaded* last = &loaded;
  while (last->head.base) {
    if (cache != nullptr && (base = cache->find(*last->head.base)) != nullptr) break;
    HN_TRY(Loaded next, load_shallowest(*last->head.base));
    if (next.head.depth >= last->head.depth) {
      return fail(Code::damaged, "chain of bases", last->head.address.bytes);
    }
    bases.reserve(kChainMax);
    bases.push_back(std::move(next));
    last = &bases.back();
  }
  for (std::size_t i = bases.size(); i-- > 0;) {
    HN_TRY(base, decode_link(bases[i], base.get()));
    if (cache != nullptr) cache->add(bases[i].head.address, base);
  }
  return decode_link(loaded, base.get());
}

}  // namespace hn::store
