#include "combined_patch.hpp"

#include <algorithm>
#include <map>
#include <ostream>
#include <set>

#include "hn/merge/combined.hpp"
#include "hn/repo/tree_changes.hpp"
#include "hn/repo/working_tree.hpp"
#include "patch.hpp"

namespace hn::cli {
namespace {

bool is_same(const std::optional<object::Value>& a, const std::optional<object::Value>& b) {
  return a.has_value() == b.has_value() && (!a || a->mode == b->mode);
}

std::string mode_digits(const std::optional<object::Value>& value) {
  return std::string(value ? mode_text(value->mode) : "000000");
}

void print_header(const Context& context, const Paint& p, const CombinedFile& file,
                  const DiffOptions& options, bool dense, bool names) {
  const auto line = [&](const std::string& text) {
    context.out << p.bold << text << p.off << "\n";
  };
  line((dense ? "diff --cc " : "diff --combined ") + shown_path(file.path));
  const bool is_new =
      std::ranges::none_of(file.before, [](const auto& v) { return v.has_value(); });
  const bool same_mode =
      std::ranges::all_of(file.before, [&](const auto& v) { return is_same(v, file.after); });
  if (is_new) {
    line("new file mode " + mode_digits(file.after));
  } else if (!same_mode) {
    std::string modes;
    for (const auto& value : file.before)
      modes += (&value == &file.before.front() ? "" : ",") + mode_digits(value);
    // git's line has no colour where the file is still there.
    if (file.after)
      context.out << "mode " << modes << ".." << mode_digits(file.after) << p.off << "\n";
    else
      line("deleted file mode " + modes);
  }
  if (!names) return;
  line("--- " + (is_new ? "/dev/null" : shown_path(options.before_prefix + file.path)));
  line("+++ " + (file.after ? shown_path(options.after_prefix + file.path) : "/dev/null"));
}

void print_hunk(const Context& context, const Paint& p, const merge::CombinedHunk& hunk) {
  std::ostream& out = context.out;
  const std::string marks(hunk.old.size() + 1, '@');
  out << p.cyan << marks;
  for (const auto& range : hunk.old) out << " -" << range.begin << "," << range.count;
  out << " +" << hunk.now.begin << "," << hunk.now.count << " " << marks;
  if (!hunk.heading.empty()) out << p.off << " " << p.off << hunk.heading;
  out << p.off << "\n";
  for (const merge::CombinedLine& line : hunk.lines) {
    const bool lost = line.signs.find('-') != line.signs.npos;
    const bool added = line.signs.find('+') != line.signs.npos;
    const bool returns = line.text.ends_with('\r');
    out << (lost    ? p.red
            : added ? p.green
                    : std::string_view())
        << line.signs << line.text.substr(0, line.text.size() - (returns ? 1 : 0)) << p.off
        << (returns ? "\r\n" : "\n");
  }
}

void print_file(const Context& context, const object::BlockReader& reader, const CombinedFile& file,
                const DiffOptions& options, bool dense) {
  const Paint p = paint(context);
  const Side after = side_of(reader, file.after);
  std::vector<Side> before;
  before.reserve(file.before.size());
  for (const auto& value : file.before) before.push_back(side_of(reader, value));
  const auto shown = [&](const Side& side) { return is_shown(side, options.text); };
  if (!shown(after) || !std::ranges::all_of(before, shown)) {
    print_header(context, p, file, options, dense, false);
    context.out << "Binary files differ\n";
    return;
  }
  std::vector<ByteView> texts;
  texts.reserve(before.size());
  for (const Side& side : before) texts.push_back(side.text());
  const auto hunks = merge::combined_hunks(texts, after.text(),
                                           {options.unified.context, dense, options.unified.shown});
  const bool same_mode =
      std::ranges::all_of(file.before, [&](const auto& v) { return is_same(v, file.after); });
  if (hunks.empty() && same_mode) return;
  print_header(context, p, file, options, dense, true);
  for (const merge::CombinedHunk& hunk : hunks) print_hunk(context, p, hunk);
}

std::set<std::string> changed_in_all(const std::vector<std::vector<object::Change>>& changes) {
  std::map<std::string, std::size_t> counts;
  for (const auto& of_one : changes)
    for (const object::Change& change : of_one) ++counts[change.name];
  std::set<std::string> out;
  for (const auto& [name, count] : counts)
    if (count == changes.size()) out.insert(name);
  return out;
}

// Of what differs from one parent the files that differ from all. Renamed ones are looked for among
// all of it, but only where one of these came or went: behind most merges there is none, and a
// merge may bring very much.
std::map<std::string, FileDiff> common_files(const object::BlockReader& reader,
                                             std::vector<object::Change> changes,
                                             const std::set<std::string>& common,
                                             const DiffOptions& options) {
  std::map<std::string, FileDiff> out;
  if (common.empty()) return out;
  const auto not_common = [&](const object::Change& c) { return !common.contains(c.name); };
  const bool stay = std::ranges::all_of(changes, [&](const object::Change& c) {
    return not_common(c) || (c.old_value && c.new_value);
  });
  if (stay && !options.copies) std::erase_if(changes, not_common);
  for (FileDiff& file : file_diffs(reader, std::move(changes), options)) {
    std::string path = file.new_path;
    if (common.contains(path)) out.emplace(std::move(path), std::move(file));
  }
  return out;
}

}  // namespace

std::vector<CombinedFile> combined_files(const repo::Repository& repository,
                                         const object::Commit& commit,
                                         const worktree::Pathspec& paths,
                                         const DiffOptions& options) {
  if (commit.parents.size() > merge::kCombinedMax) return {};
  const object::BlockReader& reader = repository.store();
  std::vector<std::vector<object::Change>> changes;
  for (const object::Id& parent : commit.parents)
    changes.push_back(
        repo::tree_changes(reader, repo::tree_of(reader, parent), commit.tree, paths));
  const std::set<std::string> common = changed_in_all(changes);
  std::vector<CombinedFile> out;
  for (std::size_t i = 0; i < changes.size() && (i == 0 || !out.empty()); ++i) {
    const std::map<std::string, FileDiff> files =
        common_files(reader, std::move(changes[i]), common, options);
    if (i == 0)
      for (const auto& [path, file] : files) out.push_back({path, {}, file.after});
    std::erase_if(out, [&](CombinedFile& file) {
      const auto at = files.find(file.path);
      if (at == files.end()) return true;
      file.before.push_back(at->second.before);
      return false;
    });
  }
  return out;
}

void print_combined(const Context& context, const object::BlockReader& reader,
                    std::span<const CombinedFile> files, const DiffOptions& options, bool dense) {
  for (const CombinedFile& file : files) print_file(context, reader, file, options, dense);
}

}  // namespace hn::cli
