#include "merge/moves.hpp"

#include <algorithm>
#include <set>

#include "hn/merge/lines.hpp"
#include "hn/merge/renames.hpp"
#include "hn/object/file.hpp"
#include "merge/edit_paths.hpp"
#include "merge/file_merge.hpp"
#include "merge/folder_moves.hpp"

// Specified in hn-merge(7), RENAMES. A rename changes no rule of merging: the terms are rewritten
// so that the file has one name in all of them, and what comes of it comes by the rules for names.
// Rejected: carrying pairs of names through the merge as git does (merge-ort.c), which needs a rule
// for each kind of term and of conflict, and has none for more than two sides. As in git only
// renames of files are looked for that another side touched, or that say where a folder went to
// which another side added files: the others merge alike without.
namespace hn::merge {
namespace {

using object::Change;
using object::Id;
using object::Mode;
using object::Value;

bool is_renamable(const PathValue& value, const Id& empty_file) {
  if (!value || value->mode == Mode::folder || value->mode == Mode::conflict) return false;
  return !(value->is_file() && value->id() == empty_file);
}

class Follower {
 public:
  Follower(ScratchBlocks& scratch, const Roots& roots, Parts* parts)
      : scratch_(scratch),
        roots_(roots),
        parts_(parts),
        empty_file_(object::write_file(scratch, {})) {}

  Result<std::optional<Roots>> run() {
    const auto found = find();
    if (!found && is_unmergeable(found.error())) return std::optional<Roots>{};
    if (!found) return fail(found.error());
    drop_crossing();
    add_strays();
    if (targets_.empty()) return std::optional<Roots>{};
    edits_.resize(roots_.size());
    for (const auto& [from, to] : targets_) {
      HN_TRY(const bool open, has_conflict(from, to));
      if (!open) HN_CHECK(to.size() == 1 ? move(from, *to.begin()) : part(from, to));
    }
    return edited();
  }

 private:
  // Each side is compared with the base before it, the first with the one after it.
  Result<void> find() {
    for (std::size_t side = 0; side < roots_.size(); side += 2) {
      HN_CHECK(find_in(side == 0 ? 1 : side - 1, side));
    }
    return {};
  }

  using Changes = std::vector<Change>;  // by path
  Result<const Changes*> changes(std::size_t base, std::size_t side) {
    const auto at = changes_.find({base, side});
    if (at != changes_.end()) return &at->second;
    Changes out;
    HN_CHECK(object::diff_paths(scratch_, roots_[base], roots_[side], [&](const Change& change) {
      out.push_back(change);
      return true;
    }));
    std::ranges::stable_sort(out, {}, &Change::name);
    return &changes_.emplace(std::pair(base, side), std::move(out)).first->second;
  }

  static bool has(const Changes& changes, const std::string& path) {
    return std::ranges::binary_search(changes, path, {}, &Change::name);
  }

  Result<void> find_in(std::size_t base, std::size_t side) {
    HN_TRY(const Changes* own, changes(base, side));
    std::vector<NamedValue> gone;
    std::vector<NamedValue> come;
    for (const Change& change : *own) {
      if (!change.new_value && is_renamable(change.old_value, empty_file_))
        gone.push_back({change.name, *change.old_value});
      if (!change.old_value && is_renamable(change.new_value, empty_file_))
        come.push_back({change.name, *change.new_value});
    }
    RenameOptions options;
    options.bytes_max = kTextBytesMax;
    std::vector<char> touched(gone.size(), 0);
    for (std::size_t other = 0; other < roots_.size(); other += 2) {
      if (other == side) continue;
      HN_TRY(const Changes* of_other, changes(base, other));
      for (std::size_t i = 0; i < gone.size(); ++i) {
        if (has(*of_other, gone[i].path)) touched[i] = 1;
      }
    }
    if (come.empty() || gone.empty()) return {};
    HN_TRY(const Homes homes, strays(base, side, gone));
    options.wanted = touched;
    for (std::size_t i = 0; i < gone.size(); ++i) {
      for (std::string_view folder = folder_of(gone[i].path); !folder.empty();
           folder = folder_of(folder)) {
        if (homes.contains(folder)) options.wanted[i] = 1;
      }
    }
    if (std::ranges::count(options.wanted, 1) == 0) return {};
    HN_TRY(const auto renames, require_renames(scratch_, gone, come, options,
                                               parts_ == nullptr ? nullptr : &parts_->pieces()));
    FolderCounts folders;
    for (const Rename& rename : renames) {
      const std::string& from = gone[rename.from].path;
      const std::string& to = come[rename.to].path;
      if (touched[rename.from] != 0) targets_[from].insert(to);
      folders.add(from, to);
    }
    for (const auto& [home, paths] : homes) {
      const auto target = folders.target_of(home);
      if (!target) continue;
      for (const std::string& path : paths) {
        const std::string rest = path.substr(home.size() + 1);
        strays_[path].insert(target->empty() ? rest : *target + "/" + rest);
      }
    }
    return {};
  }

  // Folders of the base that a side no longer has, each with the paths that other sides added to
  // it: in it, or in new folders in it.
  using Homes = std::map<std::string, std::set<std::string>, std::less<>>;
  Result<Homes> strays(std::size_t base, std::size_t side, const std::vector<NamedValue>& gone) {
    std::map<std::string, bool, std::less<>> is_gone;
    bool any = false;
    for (const NamedValue& value : gone) {
      for (std::string_view folder = folder_of(value.path);
           !folder.empty() && !is_gone.contains(folder); folder = folder_of(folder)) {
        HN_TRY(const PathValue now, at(side, std::string(folder)));
        const bool is = !now || now->mode != Mode::folder;
        is_gone.emplace(folder, is);
        any = any || is;
      }
    }
    Homes out;
    if (!any) return out;
    for (std::size_t other = 0; other < roots_.size(); other += 2) {
      if (other == side) continue;
      HN_TRY(const Changes* of_other, changes(base, other));
      for (const Change& change : *of_other) {
        if (change.old_value || !change.new_value || change.new_value->mode == Mode::folder)
          continue;
        HN_TRY(const std::string home, home_of(base, change.name));
        const auto known = is_gone.find(home);
        if (known != is_gone.end() && known->second) out[home].insert(change.name);
      }
    }
    return out;
  }

  // The innermost folder around a path that a term has.
  Result<std::string> home_of(std::size_t term, std::string_view path) const {
    for (std::string_view folder = folder_of(path); !folder.empty(); folder = folder_of(folder)) {
      HN_TRY(const PathValue value, at(term, std::string(folder)));
      if (value && value->mode == Mode::folder) return std::string(folder);
    }
    return std::string();
  }

  // A stray moves like a renamed file, unless a renamed file has its name, or gets the new one.
  void add_strays() {
    std::set<std::string> taken;
    for (const auto& [from, to] : targets_) {
      taken.insert(from);
      taken.insert(to.begin(), to.end());
    }
    std::map<std::string, std::size_t> sources;
    for (const auto& [path, to] : strays_) {
      for (const std::string& name : to) ++sources[name];
    }
    for (const auto& [path, to] : strays_) {
      const std::string& name = *to.begin();
      if (to.size() > 1 || sources[name] > 1 || taken.contains(path) || taken.contains(name) ||
          strays_.contains(name))
        continue;
      targets_[path].insert(name);
    }
  }

  // Two files that come to one name, and a name that is left and taken: they stay what they are.
  void drop_crossing() {
    std::map<std::string, std::size_t> sources;
    std::set<std::string> left;
    for (const auto& [from, to] : targets_) {
      left.insert(from);
      for (const std::string& name : to) ++sources[name];
    }
    std::erase_if(targets_, [&](const auto& rename) {
      return std::ranges::any_of(rename.second, [&](const std::string& name) {
        return sources[name] > 1 || left.contains(name);
      });
    });
  }

  // A conflict has bases of its own, which nobody knows to be those of the other terms.
  Result<bool> has_conflict(const std::string& from, const std::set<std::string>& to) const {
    for (std::size_t term = 0; term < roots_.size(); ++term) {
      HN_TRY(const PathValue old, at(term, from));
      bool any = old && old->mode == Mode::conflict;
      for (const std::string& name : to) {
        HN_TRY(const PathValue value, at(term, name));
        any = any || (value && value->mode == Mode::conflict);
      }
      if (any) return true;
    }
    return false;
  }

  Result<PathValue> at(std::size_t term, const std::string& path) const {
    if (!roots_[term]) return PathValue{};
    return object::find_path(scratch_, *roots_[term], path);
  }

  // Whether a file can take this name when `from` is gone.
  Result<bool> is_free(std::size_t term, const std::string& path, const std::string& from) const {
    for (std::size_t slash = path.find('/'); slash != std::string::npos;
         slash = path.find('/', slash + 1)) {
      const std::string folder = path.substr(0, slash);
      HN_TRY(const PathValue value, at(term, folder));
      if (!value || folder == from) return true;
      if (value->mode != Mode::folder) return false;
    }
    HN_TRY(const PathValue value, at(term, path));
    return !value;
  }

  // In every term that has the old name, if there is room for the new one in all of them.
  Result<void> move(const std::string& from, const std::string& to) {
    Terms<PathValue> values;
    std::vector<std::size_t> moved;
    bool deleted = false;
    for (std::size_t term = 0; term < roots_.size(); ++term) {
      HN_TRY(PathValue old, at(term, from));
      const bool moves = old && old->mode != Mode::folder;
      HN_TRY(const bool free, is_free(term, to, from));
      if (moves && !free) return {};
      HN_TRY(PathValue now, at(term, to));
      if (moves) moved.push_back(term);
      values.push_back(moves ? std::move(old) : std::move(now));
      deleted = deleted || (term % 2 == 0 && !values.back());
    }
    for (const std::size_t term : moved) {
      edits_[term][from] = std::nullopt;
      edits_[term][to] = values[term];
    }
    if (deleted) keep_open(to, values);
    return {};
  }

  // Sides that gave one file several names: under each of them it stands against nothing.
  Result<void> part(const std::string& from, const std::set<std::string>& names) {
    for (const std::string& to : names) {
      Terms<PathValue> values;
      for (std::size_t term = 0; term < roots_.size(); ++term) {
        HN_TRY(const PathValue old, at(term, from));
        HN_TRY(PathValue now, at(term, to));
        HN_TRY(const bool free, is_free(term, to, from));
        if (term % 2 == 1 && old && old->mode != Mode::folder && free) {
          edits_[term][from] = std::nullopt;
          edits_[term][to] = now = old;
        }
        values.push_back(std::move(now));
      }
      keep_open(to, values);
    }
    return {};
  }

  // A renamed file that a side took away, or renamed otherwise, is a conflict even where it has the
  // bytes of its base: an empty file stands for the base then.
  void keep_open(const std::string& path, const Terms<PathValue>& values) {
    if (!resolved_place(std::span<const PathValue>(values))) return;
    for (std::size_t term = 1; term < roots_.size(); term += 2) {
      if (edits_[term].contains(path)) edits_[term][path] = Value::of(Mode::file, empty_file_);
    }
  }

  Result<std::optional<Roots>> edited() {
    std::optional<Roots> out(roots_);
    for (std::size_t term = 0; term < roots_.size(); ++term) {
      if (edits_[term].empty()) continue;
      HN_TRY((*out)[term], edit_paths(scratch_, roots_[term], edits_[term]));
    }
    return out;
  }

  ScratchBlocks& scratch_;
  const Roots& roots_;
  Parts* parts_;
  Id empty_file_;
  std::map<std::pair<std::size_t, std::size_t>, Changes> changes_;
  std::map<std::string, std::set<std::string>> targets_;  // old name, new names
  std::map<std::string, std::set<std::string>> strays_;   // the same, by where their folder went
  std::vector<PathEdits> edits_;                          // by term
};

}  // namespace

Result<std::optional<Roots>> follow_renames(ScratchBlocks& scratch, const Roots& roots,
                                            Parts* parts) {
  if (roots.size() > kRenamedTermsMax) return std::optional<Roots>{};
  return Follower(scratch, roots, parts).run();
}

}  // namespace hn::merge
