#include "hn/merge/fold.hpp"

#include <map>

#include "hn/merge/scratch.hpp"
#include "hn/merge/tree_merge.hpp"

// Specified in hn-merge(7), THE FOLD. A left fold over the heads, each against what it has in
// common with all before it, after jj's find_recursive_merge_commits (lib/src/rewrite.rs). A
// virtual base is merged into a folder before it enters: with its raw terms x - b + x in place of
// x, the fold x - (x - b + x) + x of two folds that both took x would come to b. Merging heads in
// pairs, one resolved result after another, was rejected: what an early pair resolves by counting
// it can no longer give back, so the result hangs on how the heads were grouped.
namespace hn::merge {
namespace {

using object::Id;
using Roots = std::vector<std::optional<Id>>;

class Folding {
 public:
  // Asks the history, or the function where there is one.
  Folding(const object::BlockReader& reader, const object::History* history,
          CommonAncestors common_ancestors)
      : scratch_(reader), history_(history), common_ancestors_(std::move(common_ancestors)) {}

  // The roots of the commits and of what lies between them: side - base + side - base + side.
  Result<Roots> terms(std::span<const Id> commits, std::size_t depth) {
    Roots out;
    std::optional<object::GrowingAncestors> growing;
    if (history_ != nullptr) growing.emplace(*history_);
    for (std::size_t i = 0; i < commits.size(); ++i) {
      if (i > 0) {
        auto ancestors = growing ? growing->common_with(commits[i])
                                 : common_ancestors_(commits.first(i), commits.subspan(i, 1));
        if (!ancestors) return fail(ancestors.error());
        HN_TRY(const auto base, base_of(*ancestors, depth));
        out.push_back(base);
      }
      if (growing) HN_CHECK(growing->add(commits[i]));
      HN_TRY(const Id tree, tree_of(commits[i]));
      out.push_back(tree);
    }
    return out;
  }

  Result<MergedTree> merge(object::BlockWriter& writer, const object::BlockReader& reader,
                           const Roots& roots, std::span<const std::uint32_t> seniority) {
    const SideOrder order{SideOrder::Kind::log, {seniority.begin(), seniority.end()}};
    if (scratch_.empty()) return merge_roots(reader, writer, roots, order);
    HN_TRY(auto merged, merge_roots(scratch_, scratch_, roots, order));
    scratch_.copy_to(writer, merged.tree);
    return merged;
  }

 private:
  Result<Id> tree_of(const Id& commit) const {
    HN_TRY(const auto read, object::read_commit(scratch_, commit));
    return read.tree;
  }

  Result<std::optional<Id>> base_of(const std::vector<Id>& ancestors, std::size_t depth) {
    if (ancestors.empty()) return std::optional<Id>{};
    HN_TRY(const Id base, common_base(ancestors, depth));
    return std::optional(base);
  }

  Result<Id> common_base(const std::vector<Id>& ancestors, std::size_t depth) {
    if (ancestors.size() == 1) return tree_of(ancestors[0]);
    const auto key = std::pair(depth, ancestors);
    const auto known = virtual_bases_.find(key);
    if (known != virtual_bases_.end()) return known->second;
    if (depth >= kVirtualBaseDepthMax || begun_ >= kVirtualBasesMax) return tree_of(ancestors[0]);
    ++begun_;
    HN_TRY(const auto roots, terms(ancestors, depth + 1));
    HN_TRY(const auto merged,
           merge_roots(scratch_, scratch_, roots, {SideOrder::Kind::virtual_base}));
    virtual_bases_.emplace(key, merged.tree);
    return merged.tree;
  }

  ScratchBlocks scratch_;
  const object::History* history_;
  CommonAncestors common_ancestors_;
  std::map<std::pair<std::size_t, std::vector<Id>>, Id> virtual_bases_;
  std::size_t begun_ = 0;
};

// Without author and message, at the greatest of its parents' committer times.
Result<object::Commit> auto_merge_of(const object::BlockReader& reader, std::span<const Id> heads,
                                     std::span<const std::uint32_t> seniority) {
  object::Commit out;
  out.parents.assign(heads.begin(), heads.end());
  out.auto_merge = {kAlgorithm, {seniority.begin(), seniority.end()}};
  for (std::size_t i = 0; i < heads.size(); ++i) {
    HN_TRY(const auto head, object::read_commit(reader, heads[i]));
    const auto seconds = head.committer.time.seconds;
    auto& greatest = out.committer.time.seconds;
    greatest = i == 0 ? seconds : std::max(greatest, seconds);
  }
  out.author.time = out.committer.time;
  return out;
}

Result<Folded> fold_with(Folding&& folding, const object::BlockReader& reader,
                         object::BlockWriter& writer, std::span<const Id> heads,
                         std::span<const std::uint32_t> seniority) {
  HN_ASSERT(!heads.empty() && heads.size() == seniority.size());
  if (heads.size() == 1) {
    HN_TRY(const auto commit, object::read_commit(reader, heads[0]));
    return Folded{heads[0], commit.tree, false, {}, {}};
  }
  if (heads.size() > object::kParentsMax) return fail(Code::invalid, "too many heads to fold");
  HN_TRY(auto commit, auto_merge_of(reader, heads, seniority));
  HN_TRY(const auto roots, folding.terms(heads, 0));
  HN_TRY(auto merged, folding.merge(writer, reader, roots, seniority));
  commit.tree = merged.tree;
  HN_TRY(const auto bytes, object::encode_commit(commit));
  const Id id = writer.write(object::Kind::commit, bytes);
  return Folded{id, merged.tree, true, std::move(merged.conflicts), std::move(merged.decisions)};
}

}  // namespace

Result<Folded> fold(const object::BlockReader& reader, object::BlockWriter& writer,
                    const object::History& history, std::span<const Id> heads,
                    std::span<const std::uint32_t> seniority) {
  return fold_with(Folding(reader, &history, {}), reader, writer, heads, seniority);
}

Result<Folded> fold(const object::BlockReader& reader, object::BlockWriter& writer,
                    const CommonAncestors& common_ancestors, std::span<const Id> heads,
                    std::span<const std::uint32_t> seniority) {
  return fold_with(Folding(reader, nullptr, common_ancestors), reader, writer, heads, seniority);
}

Result<Id> recompute(const object::BlockReader& reader, const object::History& history,
                     const Id& auto_merge) {
  HN_TRY(const auto commit, object::read_commit(reader, auto_merge));
  if (!commit.auto_merge)
    return fail(Code::invalid, "the commit is no auto-merge", auto_merge.bytes);
  if (commit.auto_merge->algorithm != kAlgorithm) {
    return fail(Code::unsupported, "another merge algorithm made the commit", auto_merge.bytes);
  }
  ScratchBlocks scratch(reader);
  HN_TRY(const auto folded,
         fold(scratch, scratch, history, commit.parents, commit.auto_merge->seniority));
  return folded.commit;
}

}  // namespace hn::merge
