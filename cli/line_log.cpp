// What git's line-log.c comes to. A difference that touches the lines puts what stood in its place
// into the lines of the parent; others move them.
#include "line_log.hpp"

#include <algorithm>
#include <sstream>

#include "hn/object/file.hpp"
#include "hn/repo/tree_changes.hpp"
#include "hn/repo/working_tree.hpp"
#include "patch.hpp"

namespace hn::cli {
namespace {

using merge::Difference;
using Ranges = std::vector<LineRange>;

// Git's for this: where a difference stands is left to chance.
constexpr merge::UnifiedOptions kLineOptions{
    .context = 0, .headings = false, .shown = {.indent_heuristic = false}, .functions = false};

// In order, without empty ones, those that meet as one.
Ranges tidy(Ranges ranges) {
  std::ranges::sort(ranges, {}, &LineRange::first);
  Ranges out;
  for (const LineRange& range : ranges) {
    if (range.first == range.end) continue;
    if (!out.empty() && range.first <= out.back().end)
      out.back().end = std::max(out.back().end, range.end);
    else
      out.push_back(range);
  }
  return out;
}

// As in git, a difference is held against the first range alone that does not end before it.
std::vector<Difference> touching(const std::vector<Difference>& differences, const Ranges& ranges) {
  std::vector<Difference> out;
  for (const Difference& d : differences) {
    const auto range = std::ranges::lower_bound(ranges, d.b_begin, {}, &LineRange::end);
    if (range == ranges.end()) break;
    if (d.b_end > range->first && range->end > d.b_begin) out.push_back(d);
  }
  return out;
}

// What is left of the ranges without the new lines of the differences, and in two where lines are
// gone in between: the parts move by different lengths.
Ranges untouched(const Ranges& ranges, const std::vector<Difference>& differences) {
  Ranges out;
  for (LineRange range : ranges) {
    for (const Difference& d : differences) {
      if (d.b_end <= range.first || d.b_begin >= range.end) continue;
      if (range.first < d.b_begin) out.push_back({range.first, d.b_begin});
      range.first = std::min(range.end, d.b_end);
    }
    out.push_back(range);
  }
  return out;
}

// Where the lines of the new text stood in the old one.
Ranges before(const Ranges& ranges, const std::vector<Difference>& differences,
              const std::vector<Difference>& touched) {
  Ranges out;
  for (const LineRange& range : untouched(ranges, touched)) {
    std::int64_t shift = 0;
    for (const Difference& d : differences) {
      if (d.b_begin > range.first) break;
      shift = std::int64_t{d.a_end} - std::int64_t{d.b_end};
    }
    out.push_back({static_cast<std::uint32_t>(range.first + shift),
                   static_cast<std::uint32_t>(range.end + shift)});
  }
  for (const Difference& d : touched) out.push_back({d.a_begin, d.a_end});
  return tidy(std::move(out));
}

class Patch {
 public:
  Patch(const Context& context, const LinesChanged& changed)
      : paint_(paint(context)),
        changed_(changed),
        old_(merge::split_lines(changed.before)),
        new_(merge::split_lines(changed.after)) {}

  std::string take() {
    const std::string old_path = changed_.old_path.empty() ? changed_.path : changed_.old_path;
    head("diff --git " + shown_path("a/" + old_path) + " " + shown_path("b/" + changed_.path));
    head("--- " + (changed_.old_path.empty() ? "/dev/null" : shown_path("a/" + old_path)));
    head("+++ " + shown_path("b/" + changed_.path));
    auto at = changed_.touching.begin();
    for (const LineRange& range : changed_.ranges) {
      while (at != changed_.touching.end() && at->b_end < range.first) ++at;
      const auto begin = at;
      while (at != changed_.touching.end() && at->b_begin < range.end) ++at;
      if (begin != at) hunk(range, {begin, at});
    }
    return std::move(out_).str();
  }

 private:
  void head(const std::string& text) { out_ << paint_.bold << text << paint_.off << "\n"; }

  void hunk(const LineRange& range, std::span<const Difference> differences) {
    const Difference& first = differences.front();
    const Difference& last = differences.back();
    std::int64_t old_begin = std::int64_t{first.a_begin};
    if (range.first < first.b_begin) old_begin -= first.b_begin - range.first;
    std::int64_t old_end = std::int64_t{last.a_end};
    if (range.end > last.b_end) old_end += range.end - last.b_end;
    const bool nothing = old_begin == 0 && old_end == 0;
    out_ << paint_.cyan << "@@ -" << (nothing ? 0 : old_begin + 1) << "," << old_end - old_begin
         << " +" << range.first + 1 << "," << range.end - range.first << " @@" << paint_.off
         << "\n";
    std::uint32_t at = range.first;
    for (const Difference& d : differences) {
      for (; at < d.b_begin; ++at) line(' ', new_[at], {});
      for (std::uint32_t i = d.a_begin; i < d.a_end; ++i) line('-', old_[i], paint_.red);
      for (; at < std::min(d.b_end, range.end); ++at) line('+', new_[at], paint_.green);
    }
    for (; at < range.end; ++at) line(' ', new_[at], {});
  }

  void line(char sign, merge::Line text, std::string_view colour) {
    const bool whole = text.ends_with('\n');
    if (whole) text.remove_suffix(1);
    out_ << colour << sign << text << (paint_.off.empty() ? "" : paint_.off) << "\n";
    if (!whole) out_ << "\\ No newline at end of file\n";
  }

  Paint paint_;
  const LinesChanged& changed_;
  std::vector<merge::Line> old_;
  std::vector<merge::Line> new_;
  std::ostringstream out_;
};

}  // namespace

LineLog::LineLog(const Context& context, const repo::Repository& repository, const object::Id& tip,
                 const std::vector<std::string>& words, bool first_parent)
    : repository_(repository), first_parent_(first_parent) {
  const auto tree = repo::tree_of(repository.store(), tip);
  Followed followed;
  for (const std::string& word : words) {
    const auto [range, name] = range_and_path(word);
    const std::string path = context.in_repository(repository, name);
    const auto value = value_at(tree, path);
    if (!value || !value->is_file()) {
      throw Failure(Code::not_found, "there is no file '" + path + "' in " + short_id(tip),
                    "-L RANGE:PATH; hn log -- PATH says when it came and went");
    }
    const Bytes text = text_of(value);
    auto at = std::ranges::find(followed, path, &Lines::path);
    if (at == followed.end())
      at = followed.insert(std::ranges::upper_bound(followed, path, {}, &Lines::path), {path, {}});
    Ranges& ranges = at->ranges;
    ranges.push_back(
        line_range(range, merge::split_lines(text), ranges.empty() ? 0 : ranges.back().end));
  }
  for (Lines& lines : followed) lines.ranges = tidy(std::move(lines.ranges));
  wait(tip, std::move(followed));
}

std::optional<object::Value> LineLog::value_at(const std::optional<object::Id>& tree,
                                               const std::string& path) const {
  if (!tree) return std::nullopt;
  return repo::require(object::find_path(repository_.store(), *tree, path), "reading a folder");
}

Bytes LineLog::text_of(const std::optional<object::Value>& value) const {
  Side side = side_of(repository_.store(), value);
  return side.bytes ? std::move(*side.bytes) : Bytes();
}

std::map<std::string, std::string> LineLog::names_before(const object::Id& tree,
                                                         const std::optional<object::Id>& before,
                                                         const Followed& followed) const {
  const auto is_new = [&](const Lines& lines) { return !value_at(before, lines.path); };
  if (!before || std::ranges::none_of(followed, is_new)) return {};
  // Files that nobody follows take none of those that are gone.
  std::vector<object::Change> changes = repo::tree_changes(repository_.store(), before, tree, {});
  std::erase_if(changes, [&](const object::Change& change) {
    return change.new_value &&
           std::ranges::find(followed, change.name, &Lines::path) == followed.end();
  });
  std::map<std::string, std::string> out;
  for (const FileDiff& file : file_diffs(repository_.store(), std::move(changes), {}))
    if (file.renamed) out.emplace(file.new_path, file.old_path);
  return out;
}

LineLog::Against LineLog::compare(const object::Id& tree, const std::optional<object::Id>& before,
                                  const Followed& followed) const {
  Against out;
  const auto renamed = names_before(tree, before, followed);
  for (const auto& [path, ranges] : followed) {
    const auto now = value_at(tree, path);
    const auto former = renamed.find(path);
    std::string name = former == renamed.end() ? path : former->second;
    const auto then = value_at(before, name);
    if (!then) name.clear();
    LinesChanged changed{name, path, {}, {}, ranges, {}};
    Ranges there = ranges;
    if (!then || !now || then->bytes != now->bytes) {
      changed.before = text_of(then);
      changed.after = text_of(now);
      const auto differences =
          merge::shown_differences(changed.before, changed.after, kLineOptions);
      changed.touching = touching(differences, ranges);
      there = cli::before(ranges, differences, changed.touching);
    }
    if (then && !there.empty()) out.parent.push_back({name, std::move(there)});
    if (!changed.touching.empty()) out.changed.push_back(std::move(changed));
  }
  return out;
}

// Two children may follow lines of one commit: both in one, by path as far as they are in order.
void LineLog::wait(const object::Id& commit, Followed lines) {
  if (lines.empty()) return;
  const auto [known, is_new] = waiting_.try_emplace(commit);
  if (is_new) {
    known->second = std::move(lines);
    return;
  }
  Followed out;
  Followed& there = known->second;
  for (std::size_t i = 0, k = 0; i < there.size() || k < lines.size();) {
    const bool first = k == lines.size() || (i < there.size() && there[i].path <= lines[k].path);
    const bool both = first && k < lines.size() && there[i].path == lines[k].path;
    out.push_back(std::move(first ? there[i++] : lines[k++]));
    if (!both) continue;
    Ranges& ranges = out.back().ranges;
    ranges.insert(ranges.end(), lines[k].ranges.begin(), lines[k].ranges.end());
    ranges = tidy(std::move(ranges));
    ++k;
  }
  there = std::move(out);
}

bool LineLog::step(const object::Id& id, const object::Commit& commit) {
  changed_.clear();
  auto node = waiting_.extract(id);
  if (node.empty()) return false;
  const Followed followed = std::move(node.mapped());
  auto parents = commit.parents;
  if (first_parent_ && parents.size() > 1) parents.resize(1);
  const bool is_merge = commit.parents.size() > 1;
  if (parents.empty()) {
    changed_ = compare(commit.tree, std::nullopt, followed).changed;
    return !changed_.empty();
  }
  std::vector<Against> found;
  for (const object::Id& parent : parents) {
    found.push_back(compare(commit.tree, repo::tree_of(repository_.store(), parent), followed));
    if (!found.back().changed.empty()) continue;
    // This parent answers for all the lines, and no other one.
    wait(parent, std::move(found.back().parent));
    return false;
  }
  for (std::size_t i = 0; i < parents.size(); ++i) wait(parents[i], std::move(found[i].parent));
  if (!is_merge) changed_ = std::move(found.front().changed);
  return true;
}

std::string text_of(const Context& context, const LinesChanged& changed) {
  return Patch(context, changed).take();
}

}  // namespace hn::cli
