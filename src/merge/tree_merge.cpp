#include "hn/merge/tree_merge.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "hn/base/codec.hpp"
#include "merge/file_merge.hpp"
#include "merge/known_changes.hpp"
#include "merge/moves.hpp"
#include "merge/part_keys.hpp"
#include "merge/policies.hpp"

// Specified in hn-merge(7), FOLDERS AND PATHS.
namespace hn::merge {
namespace {

using object::Conflict;
using object::Id;
using object::Mode;
using object::Value;

using FolderTerm = std::optional<Id>;  // nothing is an empty folder

bool is_folder_or_nothing(const PathValue& value) {
  return !value || value->mode == Mode::folder;
}

bool is_no_folder(const PathValue& value) {
  return !value || value->mode != Mode::folder;
}
bool is_anything(const PathValue&) {
  return true;
}

// Simplified, but for what is not to cancel. While a base is left that is something, nothing does
// not cancel nothing: a file that one side deleted and another one that a third side added there
// are two changes. As one, B to nothing to X, they would make X a version of B, and lines of B that
// X never had would count as removed.
//
// Folders cancel only where they become terms of a conflict: F - F would hide that F has nothing
// under a name.
template <class Cancels>
Terms<PathValue> cancel(const Terms<PathValue>& terms, const Cancels& cancels) {
  auto left =
      simplify(terms, [&](const PathValue& value) { return value.has_value() && cancels(value); });
  for (std::size_t base = 1; base < left.size(); base += 2) {
    if (left[base]) return left;
  }
  return simplify(left, cancels);
}

std::optional<PathValue> resolved(const Terms<PathValue>& terms) {
  const auto place = resolved_place(std::span<const PathValue>(terms));
  if (!place) return std::nullopt;
  return std::optional<PathValue>(std::in_place, terms[*place]);
}

Terms<Terms<PathValue>> one_by_one(const Terms<PathValue>& terms) {
  Terms<Terms<PathValue>> out;
  for (const auto& term : terms) out.push_back({term});
  return out;
}

bool has_conflict(const Terms<PathValue>& terms) {
  return std::any_of(terms.begin(), terms.end(),
                     [](const PathValue& t) { return t && t->mode == Mode::conflict; });
}

class TreeMerger {
 public:
  TreeMerger(const object::BlockReader& reader, object::BlockWriter& writer, const SideOrder& order,
             Parts* parts)
      : reader_(reader), writer_(writer), order_(order), parts_(parts) {}

  // `places` of these roots among those that a caller knows.
  Result<MergedTree> run(Terms<FolderTerm> roots, const std::vector<std::size_t>& places) {
    places_ = places;
    auto root = merge_root(roots);
    if (!root && is_unmergeable(root.error())) {
      HN_CHECK(replace_unreadable(roots));
      root = merge_root(roots);
    }
    HN_TRY(const FolderTerm tree, std::move(root));
    return MergedTree{tree ? *tree : object::write_tree(writer_, {}), std::move(conflicts_),
                      std::move(decisions_)};
  }

  // What was merged, if one side took a file away that another touched: it may stand elsewhere.
  const std::optional<Terms<FolderTerm>>& to_look_through() const { return to_look_through_; }
  const std::vector<std::size_t>& places() const { return places_; }

 private:
  Result<FolderTerm> merge_root(const Terms<FolderTerm>& roots) {
    const std::span<const FolderTerm> all(roots);
    if (const auto place = resolved_place(all)) return roots[*place];
    std::vector<std::size_t> places;
    roots_.clear();
    for (const auto place : busy_places(roots)) {
      roots_.push_back(roots[place]);
      places.push_back(places_[place]);
    }
    places_ = std::move(places);
    const auto merged = merge_folders(roots_);
    if (lost_) to_look_through_ = roots_;
    return merged;
  }

  // A root has no entry in which a conflict could stand. A side whose root is no folder counts as
  // its base (it changed nothing), a base as empty.
  Result<void> replace_unreadable(Terms<FolderTerm>& roots) {
    for (const std::size_t first : {std::size_t{1}, std::size_t{0}}) {
      for (std::size_t i = first; i < roots.size(); i += 2) {
        if (!roots[i]) continue;
        const auto tree = object::read_tree(reader_, *roots[i]);
        if (tree) continue;
        if (!is_unmergeable(tree.error())) return fail(tree.error());
        roots[i] = first == 1 ? FolderTerm{} : roots[i == 0 ? 1 : i - 1];
      }
    }
    return {};
  }

  // A name at which folders differ: what the folder at place 1 has there, and what others have,
  // each by the first place of a folder like it.
  struct Changed {
    PathValue first_base;
    std::vector<std::pair<std::uint32_t, PathValue>> others;
  };
  using Changes = std::map<std::string, Changed>;
  Result<Changes> changes_of(const Terms<FolderTerm>& folders,
                             const std::vector<std::uint32_t>& classes) {
    Changes out;
    for (std::uint32_t i = 0; i < folders.size(); ++i) {
      if (classes[i] != i || classes[i] == classes[1]) continue;
      HN_TRY(auto changes, changes_between(reader_, folders[1], folders[i], parts_));
      for (auto& change : changes) {
        auto& changed = out.try_emplace(change.name, Changed{change.old_value, {}}).first->second;
        changed.others.emplace_back(i, std::move(change.new_value));
      }
    }
    return out;
  }

  static Terms<PathValue> terms_of(const Changed& changed,
                                   const std::vector<std::uint32_t>& classes) {
    Terms<PathValue> terms(classes.size(), changed.first_base);
    auto next = changed.others.begin();
    for (std::uint32_t i = 0; i < classes.size(); ++i) {
      if (next != changed.others.end() && next->first == i)
        terms[i] = next++->second;
      else if (classes[i] != i)
        terms[i] = terms[classes[i]];
    }
    return terms;
  }

  // How many of the terms equal each one that is the first of its kind.
  struct Counts {
    std::vector<std::uint32_t> sides;
    std::vector<std::uint32_t> bases;
  };
  static Counts counts_of(const std::vector<std::uint32_t>& classes) {
    Counts out;
    out.sides.resize(classes.size());
    out.bases.resize(classes.size());
    for (std::size_t i = 0; i < classes.size(); ++i)
      ++(i % 2 == 0 ? out.sides : out.bases)[classes[i]];
    return out;
  }

  // What a name comes to where all bases have the same and all sides that changed it made the same
  // change: of thousands of sides the terms of each name are not even laid out then.
  std::optional<PathValue> changed_alike(const Changed& changed, const Counts& counts) {
    std::uint32_t sides = 0;
    for (const auto& [first, value] : changed.others) {
      if (counts.bases[first] > 0 || value != changed.others.front().second) return std::nullopt;
      sides += counts.sides[first];
    }
    const PathValue& value = changed.others.front().second;
    lost_ = lost_ || (sides > 1 && changed.first_base && is_gone(*changed.first_base, value));
    return std::optional<PathValue>(std::in_place, value);
  }

  Result<FolderTerm> merge_folders(const Terms<FolderTerm>& folders) {
    const auto classes = classes_of(std::span<const FolderTerm>(folders));
    HN_TRY(const auto changes, changes_of(folders, classes));
    if (folders[1]) HN_CHECK(object::check_tree(reader_, *folders[1]));
    const Entered entered(levels_, level_of(changes, classes, folders[1]));
    const Counts counts = counts_of(classes);
    std::vector<object::Edit> edits;
    edits.reserve(changes.size());
    for (const auto& [name, changed] : changes) {
      HN_TRY(auto value, merge_entry(name, changed, classes, counts));
      edits.push_back({name, std::move(value)});
    }
    return edited(folders[1], edits);
  }

  // Nothing where no entry is left.
  Result<FolderTerm> edited(const FolderTerm& folder, std::span<const object::Edit> edits) {
    static const Id kEmpty = [] {
      object::IdWriter ids;
      return object::write_tree(ids, {});
    }();
    const Id old = folder ? *folder : object::write_tree(writer_, {});
    HN_TRY(const Id made, object::edit_tree(writer_, reader_, old, edits));
    return made == kEmpty ? FolderTerm{} : FolderTerm(made);
  }

  // One of the folders that are being merged: from the root to where the merge is.
  struct Level {
    std::size_t prefix = 0;                  // of path_, up to what stands in this folder
    std::optional<Terms<PathValue>> values;  // of its .hnattributes, where folders differ there,
    FolderTerm agreed;                       // else as in this folder
    std::optional<FolderAttributes> known;
  };
  struct Entered {
    Entered(std::vector<Level>& levels, Level level) : levels_(levels) {
      levels.push_back(std::move(level));
    }
    ~Entered() { levels_.pop_back(); }
    Entered(const Entered&) = delete;
    Entered& operator=(const Entered&) = delete;
    std::vector<Level>& levels_;
  };

  Level level_of(const Changes& changes, const std::vector<std::uint32_t>& classes,
                 const FolderTerm& base) const {
    Level out;
    out.prefix = path_.empty() ? 0 : path_.size() + 1;
    out.agreed = base;
    const auto changed = changes.find(std::string(kAttributesName));
    if (changed != changes.end()) out.values = terms_of(changed->second, classes);
    return out;
  }

  // Merged here for itself, before or after its turn among the names of the folder.
  Result<PathValue> merged_attributes(std::size_t level) {
    const auto path =
        std::exchange(path_, path_.substr(0, levels_[level].prefix) + std::string(kAttributesName));
    const auto depth = std::exchange(depth_, level + 1);
    const auto conflicts = conflicts_;
    const auto outer = std::exchange(asking_, true);
    auto merged = merge_value(*levels_[level].values);
    path_ = path;
    depth_ = depth;
    conflicts_ = conflicts;
    asking_ = outer;
    return merged;
  }

  Result<const FolderAttributes*> attributes_of(std::size_t level) {
    if (!levels_[level].known) {
      PathValue value;
      if (levels_[level].values) {
        HN_TRY(value, merged_attributes(level));
      } else if (levels_[level].agreed) {
        HN_TRY(value, object::find_name(reader_, *levels_[level].agreed, kAttributesName));
      }
      HN_TRY(levels_[level].known, read_attributes(reader_, value));
    }
    return &*levels_[level].known;
  }

  // The policy of the path where the merge is; none for attribute files themselves.
  Result<std::optional<Policy>> policy_here() {
    using Found = std::optional<Policy>;
    const std::string_view path = path_;
    if (asking_ || path.substr(path.rfind('/') + 1) == kAttributesName) return Found{};
    for (std::size_t level = levels_.size(); level-- > 0;) {
      HN_TRY(const FolderAttributes* found, attributes_of(level));
      if (!found->is_known) return Found{};
      const auto policy = found->attributes.policy(path.substr(levels_[level].prefix));
      if (!policy) continue;
      asked_for_order_ =
          asked_for_order_ || *policy == Policy::last_writer || *policy == Policy::authority;
      return order_.in_effect(*policy);
    }
    return Found{};
  }

  Result<PathValue> merge_entry(const std::string& name, const Changed& changed,
                                const std::vector<std::uint32_t>& classes, const Counts& counts) {
    const auto length = path_.size();
    if (!path_.empty()) path_ += '/';
    path_ += name;
    ++depth_;
    HN_TRY(const PathValue value, merge_changed(changed, classes, counts));
    if (value && value->mode == Mode::conflict) conflicts_.push_back(path_);
    --depth_;
    path_.resize(length);
    return value;
  }

  Result<PathValue> merge_changed(const Changed& changed, const std::vector<std::uint32_t>& classes,
                                  const Counts& counts) {
    if (auto value = changed_alike(changed, counts)) return std::move(*value);
    return merge_value(terms_of(changed, classes));
  }

  // Files that become a folder, and the other way round, are gone too.
  static bool is_gone(const Value& base, const PathValue& side) {
    return !side || (side->mode == Mode::folder) != (base.mode == Mode::folder);
  }

  // A value that is gone on one side and has become another, or is gone, on another.
  static bool is_lost(const Terms<PathValue>& values) {
    const auto classes = classes_of(std::span<const PathValue>(values));
    std::vector<char> done(values.size(), 0);
    for (std::size_t base = 1; base < values.size(); base += 2) {
      if (std::exchange(done[classes[base]], 1) != 0) continue;
      std::size_t gone = 0;
      std::size_t touched = 0;
      for (std::size_t side = 0; values[base] && side < values.size(); side += 2) {
        gone += is_gone(*values[base], values[side]) ? 1U : 0U;
        touched += values[side] == values[base] ? 0U : 1U;
      }
      if (gone > 0 && touched > 1) return true;
    }
    return false;
  }

  Result<PathValue> merge_value(const Terms<PathValue>& values) {
    lost_ = lost_ || is_lost(values);
    if (const auto value = resolved(values)) return *value;
    const auto simple = cancel(without_idle(values), is_no_folder);
    if (!has_conflict(simple)) return merge_terms(one_by_one(simple), simple);
    HN_TRY(const auto nested, expand(simple));
    if (!nested) return write_conflict({});
    const auto flat = cancel(flatten(with_single_bases(*nested)), is_no_folder);
    if (const auto value = resolved(flat)) return *value;
    return merge_terms(*nested, flat);
  }

  // Each value as a merge of its own: a conflict's terms, or the value alone. Nothing if a conflict
  // has its terms in a commit's parents. A conflict that does not decode is as good as nothing.
  Result<std::optional<Terms<Terms<PathValue>>>> expand(const Terms<PathValue>& values) {
    std::optional<Terms<Terms<PathValue>>> out(std::in_place);
    for (const auto& value : values) {
      if (!value || value->mode != Mode::conflict) {
        out->push_back({value});
        continue;
      }
      auto conflict = object::read_conflict(reader_, value->id());
      if (!conflict && !is_unmergeable(conflict.error())) return fail(conflict.error());
      if (conflict && conflict->terms.empty()) return std::optional<Terms<Terms<PathValue>>>{};
      out->push_back(conflict ? std::move(conflict->terms) : Terms<PathValue>{std::nullopt});
    }
    return out;
  }

  // `left` is what is left of `nested`, all folders included; counting did not resolve it.
  Result<PathValue> merge_terms(const Terms<Terms<PathValue>>& nested,
                                const Terms<PathValue>& left) {
    if (std::all_of(left.begin(), left.end(), is_folder_or_nothing)) return enter(left);
    HN_TRY(auto policy, policy_here());
    if (policy == Policy::last_writer || policy == Policy::authority) {
      HN_TRY(const auto chosen, choose_side(reader_, roots_, path_, *policy, order_, places_));
      if (chosen) {
        decisions_.push_back(chosen->decision);
        return chosen->value;
      }
      policy = std::nullopt;
    }
    const auto flat = cancel(left, is_anything);
    if (const auto value = merge_added_files(flat)) return PathValue(value);
    if (!are_files(flat)) return merge_added_texts(flat, policy);
    const bool all_files = are_files(flatten(nested));
    if (policy) decisions_.push_back({path_, *policy});
    HN_TRY(const auto terms, files(all_files ? nested : one_by_one(flat), policy));
    return terms.size() == 1 ? terms[0] : write_conflict(terms);
  }

  // By policies for which a file that is not there yet is one that holds nothing.
  Result<PathValue> merge_added_texts(const Terms<PathValue>& terms, std::optional<Policy> policy) {
    const bool takes_added = policy && (policy == Policy::join || has_members(*policy));
    if (!takes_added || !are_added_files(terms)) return write_conflict(terms);
    decisions_.push_back({path_, *policy});
    HN_TRY(const auto merged, files(one_by_one(terms), policy));
    return merged.size() == 1 ? merged[0] : write_conflict(terms);
  }

  // As merge_files(), remembered.
  Result<Terms<PathValue>> files(const Terms<Terms<PathValue>>& nested,
                                 std::optional<Policy> policy) {
    if (parts_ == nullptr) return merge_files(reader_, writer_, nested, policy);
    const Hash key = key_of_file(nested, policy);
    if (const Parts::Part* known = find_part(key)) return known->values;
    HN_TRY(auto terms, merge_files(reader_, writer_, nested, policy, parts_));
    parts_->note(key, {terms, {}, false});
    return terms;
  }

  // What it came to has to be here.
  const Parts::Part* find_part(const Hash& key) {
    const Parts::Part* const found = parts_->find(key);
    if (found == nullptr) return nullptr;
    const bool is_here = std::ranges::all_of(found->values, [&](const PathValue& value) {
      return !value || value->mode == Mode::submodule || reader_.has(value->id());
    });
    return is_here ? found : nullptr;
  }

  // As enter_folders(), remembered: what folders come to depends on them, on what the attribute
  // files around say of the paths beneath, and on nothing else, unless a policy asks which side
  // comes last.
  Result<PathValue> enter(const Terms<PathValue>& values) {
    if (parts_ == nullptr || asking_) return enter_folders(values);
    HN_TRY(const Bytes around, surroundings());
    const Hash key = key_of_folders(values, depth_, around);
    if (const Parts::Part* known = find_part(key)) {
      for (const std::string& path : known->conflicts) conflicts_.push_back(path_ + "/" + path);
      lost_ = lost_ || known->lost;
      return known->values[0];
    }
    const std::size_t conflicts = conflicts_.size();
    const std::size_t decisions = decisions_.size();
    const bool outer_lost = std::exchange(lost_, false);
    const bool outer_asked = std::exchange(asked_for_order_, false);
    HN_TRY(const PathValue value, enter_folders(values));
    if (!asked_for_order_ && decisions_.size() == decisions) {
      Parts::Part part{{value}, {}, lost_};
      for (std::size_t i = conflicts; i < conflicts_.size(); ++i)
        part.conflicts.push_back(conflicts_[i].substr(path_.size() + 1));
      parts_->note(key, std::move(part));
    }
    lost_ = lost_ || outer_lost;
    asked_for_order_ = asked_for_order_ || outer_asked;
    return value;
  }

  // What the folders around have for attribute files, from the root on, and the path; empty where
  // none of them has any.
  Result<Bytes> surroundings() const {
    Encoder out;
    bool any = false;
    for (const Level& level : levels_) {
      Terms<PathValue> terms;
      if (level.values) {
        terms = *level.values;
      } else if (level.agreed) {
        HN_TRY(auto value, object::find_name(reader_, *level.agreed, kAttributesName));
        if (value) terms.push_back(std::move(value));
      }
      any = any || !terms.empty();
      put_terms(out, terms);
    }
    out.sized(std::string_view(path_));
    return any ? std::move(out).take() : Bytes{};
  }

  Result<PathValue> enter_folders(const Terms<PathValue>& values) {
    if (depth_ >= kFolderDepthMax) return write_conflict(cancel(values, is_anything));
    Terms<FolderTerm> folders;
    for (const auto& value : values) {
      folders.push_back(value ? FolderTerm(value->id()) : std::nullopt);
    }
    const auto merged = merge_folders(folders);
    if (!merged && is_unmergeable(merged.error()))
      return write_conflict(cancel(values, is_anything));
    if (!merged) return fail(merged.error());
    return *merged ? PathValue(Value::of(Mode::folder, **merged)) : PathValue{};
  }

  // Without terms where there are too many: they stand in the commit's parents.
  PathValue write_conflict(const Terms<PathValue>& terms) {
    Conflict conflict;
    if (terms.size() <= object::kConflictTermsMax) conflict.terms = terms;
    return Value::of(Mode::conflict,
                     writer_.write(object::Kind::conflict, object::encode_conflict(conflict)));
  }

  const object::BlockReader& reader_;
  object::BlockWriter& writer_;
  const SideOrder& order_;
  Terms<FolderTerm> roots_;          // without idle sides,
  std::vector<std::size_t> places_;  // and where each was among those that were given
  std::vector<Level> levels_;
  Parts* parts_;
  bool asking_ = false;           // for a policy
  bool asked_for_order_ = false;  // by a policy that may choose a side
  std::vector<std::string> conflicts_;
  std::vector<Decision> decisions_;
  std::optional<Terms<FolderTerm>> to_look_through_;
  bool lost_ = false;
  std::string path_;
  std::size_t depth_ = 0;
};

}  // namespace

Result<MergedTree> merge_roots(const object::BlockReader& reader, object::BlockWriter& writer,
                               std::span<const std::optional<Id>> roots, const SideOrder& order,
                               Parts* parts) {
  ScratchBlocks scratch(reader);
  // What was noted before is of merges that kept their blocks.
  const std::size_t noted = parts != nullptr ? parts->noted() : 0;
  TreeMerger plain(scratch, scratch, order, parts);
  std::vector<std::size_t> places(roots.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  HN_TRY(MergedTree merged, plain.run({roots.begin(), roots.end()}, places));
  if (plain.to_look_through()) {
    HN_TRY(const auto moved, follow_renames(scratch, *plain.to_look_through(), parts));
    if (moved) {
      HN_TRY(merged, TreeMerger(scratch, scratch, order, parts).run(*moved, plain.places()));
    }
  }
  const auto kept = scratch.copy_to(writer, merged.tree);
  if (parts != nullptr) parts->keep_noted(scratch, kept, noted);
  return merged;
}

}  // namespace hn::merge
