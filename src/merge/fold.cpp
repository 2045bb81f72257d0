#include "hn/merge/fold.hpp"

#include <algorithm>
#include <utility>

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

}  // namespace

class Folding {
 public:
  Folding(const object::BlockReader& reader, CommonAncestors common_ancestors, VirtualBases* shared,
          Parts* parts = nullptr)
      : scratch_(reader),
        common_ancestors_(std::move(common_ancestors)),
        shared_(shared),
        parts_(shared == nullptr ? parts : &shared->parts_) {
    if (parts_ != nullptr) parts_->settle();
  }

  // The roots of the commits and of what lies between them: side - base + side - base + side.
  Result<Roots> terms(std::span<const Id> commits, std::size_t depth) {
    Roots out;
    const auto earlier = common_ancestors_();
    for (std::size_t i = 0; i < commits.size(); ++i) {
      if (i > 0) {
        HN_TRY(const auto ancestors, earlier->common_with(commits[i]));
        HN_TRY(const auto base, base_of(ancestors, depth));
        out.push_back(base);
      }
      HN_CHECK(earlier->add(commits[i]));
      HN_TRY(const Id tree, tree_of(commits[i]));
      out.push_back(tree);
    }
    return out;
  }

  Result<MergedTree> merge(object::BlockWriter& writer, const object::BlockReader& reader,
                           const Roots& roots, std::span<const std::uint32_t> seniority) {
    const SideOrder order{SideOrder::Kind::log, {seniority.begin(), seniority.end()}};
    if (scratch_.empty()) return merge_roots(reader, writer, roots, order, parts_);
    HN_TRY(auto merged, merge_roots(scratch_, scratch_, roots, order, parts_));
    const auto kept = scratch_.copy_to(writer, merged.tree);
    // What is shared has the blocks of virtual bases too.
    if (parts_ != nullptr && shared_ == nullptr) parts_->keep_noted(scratch_, kept);
    return merged;
  }

  // For folds to come.
  void share() {
    if (shared_ == nullptr) return;
    shared_->numbers_.merge(numbers_);
    for (auto& [number, made] : whole_) {
      scratch_.copy_to(*shared_->blocks_, made.tree);
      shared_->made_.emplace(number, std::move(made));
    }
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

  using Number = VirtualBases::Number;
  using Made = VirtualBases::Made;
  using Begun = std::pair<std::size_t, Number>;  // at what depth
  // At one depth a virtual base is what it would be at another, unless it was cut short by a limit,
  // or one within it was.
  struct Tree {
    Id tree;
    bool is_whole = false;
  };

  Result<Id> common_base(const std::vector<Id>& ancestors, std::size_t depth) {
    if (ancestors.size() == 1) return tree_of(ancestors[0]);
    const Number number = number_of(ancestors);
    inner_.push_back(number);
    const auto known = trees_.find({depth, number});
    if (known != trees_.end()) {
      is_cut_ = is_cut_ || !known->second.is_whole;
      return known->second.tree;
    }
    if (depth >= kVirtualBaseDepthMax || trees_.size() + begun_ >= kVirtualBasesMax) {
      is_cut_ = true;
      return tree_of(ancestors[0]);
    }
    if (take_over(depth, number)) return trees_.at({depth, number}).tree;
    return make_base(ancestors, depth, number);
  }

  Result<Id> make_base(const std::vector<Id>& ancestors, std::size_t depth, Number number) {
    ++begun_;
    auto outer = std::exchange(inner_, {});
    const bool outer_is_cut = std::exchange(is_cut_, false);
    HN_TRY(const auto roots, terms(ancestors, depth + 1));
    HN_TRY(const auto merged,
           merge_roots(scratch_, scratch_, roots, {SideOrder::Kind::virtual_base}, parts_));
    --begun_;
    trees_.emplace(Begun(depth, number), Tree{merged.tree, !is_cut_});
    if (!is_cut_) whole_.emplace(number, made_of(merged.tree));
    inner_ = std::move(outer);
    is_cut_ = is_cut_ || outer_is_cut;
    return merged.tree;
  }

  Made made_of(const Id& tree) {
    std::ranges::sort(inner_);
    inner_.erase(std::unique(inner_.begin(), inner_.end()), inner_.end());
    Made out{tree, std::move(inner_), 0};
    for (const Number inner : out.inner) out.height = std::max(out.height, find(inner)->height + 1);
    return out;
  }

  // What was made before, here at another depth or by an earlier fold, with all that it takes, as
  // if it were begun here. Where a limit would be met that counts in which order.
  bool take_over(std::size_t depth, Number number) {
    const Made* const made = find(number);
    if (made == nullptr || depth + made->height >= kVirtualBaseDepthMax) return false;
    std::map<Begun, Tree> taken;
    if (!take(depth, number, *made, taken)) return false;
    trees_.merge(taken);
    return true;
  }
  bool take(std::size_t depth, Number number, const Made& made, std::map<Begun, Tree>& taken) {
    const Begun key(depth, number);
    if (trees_.contains(key) || !taken.emplace(key, Tree{made.tree, true}).second) return true;
    if (trees_.size() + begun_ + taken.size() > kVirtualBasesMax) return false;
    return std::ranges::all_of(
        made.inner, [&](Number inner) { return take(depth + 1, inner, *find(inner), taken); });
  }

  Number number_of(const std::vector<Id>& commits) {
    std::size_t known = 0;
    if (shared_ != nullptr) {
      const auto at = shared_->numbers_.find(commits);
      if (at != shared_->numbers_.end()) return at->second;
      known = shared_->numbers_.size();
    }
    return numbers_.try_emplace(commits, static_cast<Number>(known + numbers_.size()))
        .first->second;
  }
  const Made* find(Number number) const {
    const auto at = whole_.find(number);
    if (at != whole_.end()) return &at->second;
    if (shared_ == nullptr) return nullptr;
    const auto earlier = shared_->made_.find(number);
    return earlier == shared_->made_.end() ? nullptr : &earlier->second;
  }

  ScratchBlocks scratch_;
  CommonAncestors common_ancestors_;
  VirtualBases* shared_;
  Parts* parts_;
  std::map<Begun, Tree> trees_;
  std::size_t begun_ = 0;  // and not in trees_ yet
  std::map<std::vector<Id>, Number> numbers_;
  std::unordered_map<Number, Made> whole_;
  std::vector<Number> inner_;  // asked for by what is being made
  bool is_cut_ = false;        // what is being made
};

const object::BlockReader& VirtualBases::begin() {
  if (!blocks_ || blocks_->bytes() > bytes_max_) {
    numbers_.clear();
    made_.clear();
    parts_.clear();
    blocks_.emplace(below_);
  }
  return *blocks_;
}

namespace {

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
  folding.share();
  commit.tree = merged.tree;
  HN_TRY(const auto bytes, object::encode_commit(commit));
  const Id id = writer.write(object::Kind::commit, bytes);
  return Folded{id, merged.tree, true, std::move(merged.conflicts), std::move(merged.decisions)};
}

}  // namespace

Result<Folded> fold(const object::BlockReader& reader, object::BlockWriter& writer,
                    const object::History& history, std::span<const Id> heads,
                    std::span<const std::uint32_t> seniority, Parts* parts) {
  const auto of = [&] { return std::make_unique<object::GrowingAncestors>(history); };
  return fold_with(Folding(reader, of, nullptr, parts), reader, writer, heads, seniority);
}

Result<Folded> fold(const object::BlockReader& reader, object::BlockWriter& writer,
                    const CommonAncestors& common_ancestors, std::span<const Id> heads,
                    std::span<const std::uint32_t> seniority, VirtualBases* bases) {
  return fold_with(Folding(reader, common_ancestors, bases), reader, writer, heads, seniority);
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
