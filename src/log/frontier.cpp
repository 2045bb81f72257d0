// Frontiers of hn-log(5).
#include "hn/log/frontier.hpp"

#include <algorithm>

#include "hn/base/codec.hpp"
#include "hn/crypto/hash.hpp"
#include "log/state.hpp"

namespace hn::log {
namespace {

using State = View::State;

// What a peer lacks of one device. Chains that end in a known tip are held as far as that tip.
class Gap {
 public:
  Gap(const State& s, Index device) : s_(s), device_(device) {}

  void add_theirs(const ChainTip& tip) {
    const auto n = s_.node(tip.id);
    if (n && s_.nodes[*n].device == device_) {
      known_.push_back(*n);
    } else {
      unknown_.push_back(tip.seq);
    }
  }

  void collect(std::vector<Index>& out) const {
    if (ahead()) return;
    for (const Index n : s_.devices[device_].nodes)
      if (!held(n)) out.push_back(n);
  }

 private:
  // An unknown tip beyond all that is held here: they went on where we stand, as far as we can
  // tell.
  bool ahead() const {
    std::uint64_t greatest = 0;
    for (const Index n : s_.devices[device_].nodes)
      greatest = std::max(greatest, s_.nodes[n].entry->entry.seq);
    return std::any_of(unknown_.begin(), unknown_.end(),
                       [&](std::uint64_t seq) { return seq > greatest; });
  }

  bool held(Index n) const {
    return std::any_of(known_.begin(), known_.end(),
                       [&](Index tip) { return s_.chains.is_ancestor(n, tip); });
  }

  const State& s_;
  Index device_;
  std::vector<Index> known_;
  std::vector<std::uint64_t> unknown_;
};

}  // namespace

Frontier frontier_of(const View& view) {
  const State& s = view.state();
  Frontier out;
  for (const Strand& strand : s.chains.strands()) {
    const SignedEntry& e = *s.nodes[strand.nodes.back()].entry;
    out.tips.push_back({e.entry.device, e.entry.seq, e.id});
  }
  std::sort(out.tips.begin(), out.tips.end());
  return out;
}

Bytes encode_frontier(const Frontier& frontier) {
  Encoder out;
  out.varint(frontier.tips.size());
  for (const ChainTip& t : frontier.tips) out.raw(t.device.bytes).varint(t.seq).raw(t.id.bytes);
  return std::move(out).take();
}

Result<Frontier> decode_frontier(ByteView bytes) {
  Decoder in(bytes);
  Frontier out;
  const std::uint64_t tips = in.varint(kTipsMax);
  for (std::uint64_t i = 0; i < tips && !in.failed(); ++i) {
    ChainTip t;
    t.device.bytes = in.hash();
    t.seq = in.varint();
    t.id.bytes = in.hash();
    if (!out.tips.empty() && !(out.tips.back() < t)) in.fail();
    out.tips.push_back(t);
  }
  if (!in.done()) return fail(Code::invalid, "frontier: malformed");
  return out;
}

Hash digest(const Frontier& frontier) {
  return crypto::hash(crypto::Purpose("hn.frontier"), encode_frontier(frontier));
}

std::vector<EntryId> missing(const View& view, const Frontier& theirs) {
  const State& s = view.state();
  std::vector<Gap> gaps;
  for (Index d = 0; d < s.devices.size(); ++d) gaps.emplace_back(s, d);
  for (const ChainTip& tip : theirs.tips)
    if (const auto at = s.device_index.find(tip.device); at != s.device_index.end())
      gaps[at->second].add_theirs(tip);
  std::vector<Index> found;
  for (const Gap& gap : gaps) gap.collect(found);
  s.sort(found);
  std::vector<EntryId> out;
  out.reserve(found.size());
  for (const Index n : found) out.push_back(s.nodes[n].entry->id);
  return out;
}

}  // namespace hn::log
