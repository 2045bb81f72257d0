// After git's blame.c. What a line's origin is depends on the commits alone, not on the order in
// which they are looked at; by generation each version of the file is looked at once.
#include "hn/repo/blame.hpp"

#include <algorithm>
#include <deque>
#include <map>

#include "hn/merge/renames.hpp"
#include "hn/merge/version_lines.hpp"
#include "hn/object/file.hpp"
#include "hn/repo/tracked.hpp"
#include "hn/repo/tree_changes.hpp"
#include "hn/repo/working_tree.hpp"

namespace hn::repo {
namespace {

constexpr std::uint64_t kBlamedBytesMax = 512ULL << 20U;
// A commit's own text, and those of its parents or of one child.
constexpr std::size_t kTextsMax = 4;

// Lines of the text that stand at `origin` and below in a version.
struct Range {
  std::uint32_t line;
  std::uint32_t count;
  std::uint32_t origin;
};

class Blamer {
 public:
  Blamer(const Repository& repository, merge::Whitespace whitespace) : repository_(repository) {
    options_.context = 0;
    options_.shown.whitespace = whitespace;
  }

  bool has(const BlamedFile& file) const { return value_of(file).has_value(); }

  Bytes text_of(const BlamedFile& file) const {
    const auto value = value_of(file);
    if (value) return bytes_of(*value);
    throw Failure(
        Code::not_found,
        "there is no file '" + file.path + "' in " + object::to_hex(file.commit).substr(0, 10),
        "hn log -- PATH says when it came and went");
  }

  std::vector<Blamed> run(const object::Id& commit, const std::string& path,
                          const std::optional<Bytes>& text) {
    const BlamedFile first{commit, path};
    const Bytes own = text_of(first);
    const auto lines =
        static_cast<std::uint32_t>(merge::split_lines(text ? ByteView(*text) : own).size());
    std::vector<Range> all{{0, lines, 0}};
    if (text) {
      std::vector<Range> kept;
      split(all, merge::shown_differences(own, *text, options_), kept);
      for (const Range& range : all)
        done_.push_back({range.line, range.count, range.origin, {}, {}});
      all = std::move(kept);
    }
    wait(first, std::move(all));
    while (!waiting_.empty()) {
      auto node = waiting_.extract(std::prev(waiting_.end()));
      look_at(node.key().second, std::move(node.mapped()));
    }
    return joined();
  }

 private:
  using Key = std::pair<std::uint64_t, BlamedFile>;  // by generation

  object::Id tree_of(const object::Id& commit) const {
    if (const auto facts = repository_.history_index().find(commit)) return facts->tree;
    return require(object::read_commit(repository_.store(), commit), "reading a commit").tree;
  }

  const std::optional<object::Value>& value_of(const BlamedFile& file) const {
    const auto at = values_.find(file);
    return at != values_.end() ? at->second : values_.emplace(file, read_value(file)).first->second;
  }

  std::optional<object::Value> read_value(const BlamedFile& file) const {
    auto value = require(object::find_path(repository_.store(), tree_of(file.commit), file.path),
                         "reading a folder");
    if (value && (value->mode == object::Mode::folder || value->mode == object::Mode::submodule ||
                  (value->mode == object::Mode::conflict && !marked_text(*value))))
      value.reset();
    return value;
  }

  // Of a conflict as it stands in a working tree. Its lines are blamed as those of a file are, so
  // that who resolves it answers for what is new alone.
  std::optional<Bytes> marked_text(const object::Value& value) const {
    ConflictFiles conflicts(repository_.store());
    auto files = conflicts.files("file", value.id());
    if (files.size() != 1 || files.front().file) return std::nullopt;
    return std::move(files.front().bytes);
  }

  Bytes bytes_of(const object::Value& value) const {
    if (value.mode == object::Mode::conflict) return *marked_text(value);
    return require(object::read_file(repository_.store(), value.id(), kBlamedBytesMax),
                   "reading a file");
  }

  // Kept for a while: who is compared with its parent now is compared with its child next.
  merge::VersionLines::Text kept_text_of(const object::Value& value,
                                         merge::VersionLines::Text like) {
    for (const auto& [kept, text] : texts_)
      if (kept == value) return text;
    if (!like && !texts_.empty()) like = texts_.back().second;
    if (texts_.size() == kTextsMax) texts_.pop_front();
    return texts_.emplace_back(value, lines_.add(bytes_of(value), like)).second;
  }

  std::vector<merge::Difference> differences(const object::Value& before,
                                             const object::Value& own) {
    if (options_.shown.whitespace != merge::Whitespace::exact)
      return merge::shown_differences(bytes_of(before), bytes_of(own), options_);
    const auto text = kept_text_of(own, nullptr);
    return lines_.differences(kept_text_of(before, text), text);
  }

  void wait(const BlamedFile& file, std::vector<Range> ranges) {
    if (ranges.empty()) return;
    const auto generation =
        require(repository_.history().generation(file.commit), "reading commits");
    auto& there = waiting_[{generation, file}];
    if (there.empty())
      there = std::move(ranges);
    else
      there.insert(there.end(), ranges.begin(), ranges.end());
  }

  // The oldest commit that the filters of the history index lead to along first parents without a
  // change of the file, above all that waits; nullopt where they lead to none.
  std::optional<BlamedFile> unchanged_below(const BlamedFile& file) {
    const store::HistoryIndex& index = repository_.history_index();
    auto row = index.row_of(file.commit);
    if (!row) return std::nullopt;
    const store::PathKey key = store::path_key(file.path);
    const std::uint64_t waiting = waiting_.empty() ? 0 : waiting_.rbegin()->first.first;
    std::optional<std::uint32_t> found;
    std::vector<std::uint32_t> parents;
    while (!found || index.generation_of(*found) > waiting) {
      const store::Changed changed = index.changed_by(*row, key);
      if (changed == store::Changed::not_known && ++unfiltered_ == store::kKeepMin)
        repository_.history().want_filters();
      if (changed != store::Changed::no || !index.parent_rows(*row, parents) || parents.empty())
        break;
      row = found = parents.front();
    }
    const auto id = found ? index.id_of(*found) : std::nullopt;
    return id ? std::optional(BlamedFile{*id, file.path}) : std::nullopt;
  }

  static bool is_text(const object::Value& value) {
    return value.is_file() || value.mode == object::Mode::conflict;
  }

  // The file's version in a parent: of the same path, else of the path it was renamed from.
  std::optional<BlamedFile> version_in(const object::Id& parent, const BlamedFile& file,
                                       const object::Value& own, bool renamed) const {
    if (!renamed) {
      const BlamedFile same{parent, file.path};
      const auto value = value_of(same);
      // A link is no version of a file, nor the other way round.
      const bool alike = value && is_text(*value) == is_text(own);
      return alike ? std::optional(same) : std::nullopt;
    }
    std::vector<merge::NamedValue> gone;
    // As in git, other new files take none of those that are gone.
    std::vector<merge::NamedValue> come;
    for (const object::Change& change : tree_changes(repository_.store(), tree_of(parent),
                                                     tree_of(file.commit), worktree::Pathspec())) {
      if (!change.new_value) gone.push_back({change.name, *change.old_value});
      if (!change.old_value && change.name == file.path)
        come.push_back({change.name, *change.new_value});
    }
    const auto renames = merge::find_renames(repository_.store(), gone, come);
    if (renames.empty()) return std::nullopt;
    return BlamedFile{parent, gone[renames.front().from].path};
  }

  // The versions in the parents, each once; one alone where it is the same.
  std::vector<BlamedFile> versions_before(const BlamedFile& file, const object::Value& own) const {
    const auto parents = require(repository_.history().parents(file.commit), "reading a commit");
    std::vector<std::optional<BlamedFile>> found(parents.size());
    std::vector<std::optional<object::Value>> values(parents.size());
    for (const bool renamed : {false, true}) {
      for (std::size_t i = 0; i < parents.size(); ++i) {
        if (found[i] || values[i] || !repository_.store().has(parents[i])) continue;
        const auto version = version_in(parents[i], file, own, renamed);
        if (!version) continue;
        values[i] = value_of(*version);
        if (values[i]->bytes == own.bytes) return {*version};
        const bool known = std::any_of(
            values.begin(), values.begin() + static_cast<std::ptrdiff_t>(i),
            [&](const auto& value) { return value && value->bytes == values[i]->bytes; });
        if (!known) found[i] = version;
      }
    }
    std::vector<BlamedFile> out;
    for (const auto& version : found) {
      if (version) out.push_back(*version);
    }
    return out;
  }

  void look_at(const BlamedFile& file, std::vector<Range> ranges) {
    if (const auto below = unchanged_below(file)) {
      if (const auto known = values_.find(file); known != values_.end())
        values_.emplace(*below, known->second);
      return wait(*below, std::move(ranges));
    }
    if (!std::ranges::is_sorted(ranges, {}, &Range::origin))
      std::ranges::sort(ranges, {}, &Range::origin);
    const auto own = value_of(file);
    const std::vector<BlamedFile> before = versions_before(file, *own);
    for (const BlamedFile& version : before) {
      if (ranges.empty()) return;
      const auto& value = value_of(version);
      if (value->bytes == own->bytes) return wait(version, std::move(ranges));
      std::vector<Range> kept;
      split(ranges, differences(*value, *own), kept);
      wait(version, std::move(kept));
    }
    for (const Range& range : ranges) {
      done_.push_back({range.line, range.count, range.origin, file,
                       before.empty() ? std::nullopt : std::optional(before.front())});
    }
  }

  // Takes out of `ranges` what no difference touches, with the lines where they stood before.
  static void split(std::vector<Range>& ranges, const std::vector<merge::Difference>& differences,
                    std::vector<Range>& kept) {
    std::vector<Range> changed;
    for (const Range& range : ranges) {
      std::uint32_t at = range.origin;
      const std::uint32_t end = range.origin + range.count;
      auto d = std::upper_bound(
          differences.begin(), differences.end(), at,
          [](std::uint32_t line, const merge::Difference& one) { return line < one.b_end; });
      while (at < end) {
        const bool inside = d != differences.end() && d->b_begin <= at;
        const std::uint32_t stop = std::min(end, d == differences.end() ? end
                                                 : inside               ? d->b_end
                                                                        : d->b_begin);
        const std::uint32_t line = range.line + (at - range.origin);
        if (inside) {
          changed.push_back({line, stop - at, at});
        } else {
          const std::uint32_t shift_b = d == differences.begin() ? 0 : std::prev(d)->b_end;
          const std::uint32_t shift_a = d == differences.begin() ? 0 : std::prev(d)->a_end;
          kept.push_back({line, stop - at, at - shift_b + shift_a});
        }
        at = stop;
        while (d != differences.end() && d->b_end <= at) ++d;
      }
    }
    ranges = std::move(changed);
  }

  std::vector<Blamed> joined() {
    std::ranges::sort(done_, {}, &Blamed::line);
    std::vector<Blamed> out;
    for (Blamed& one : done_) {
      if (!out.empty() && out.back().from == one.from &&
          out.back().origin + out.back().count == one.origin)
        out.back().count += one.count;
      else
        out.push_back(std::move(one));
    }
    return out;
  }

  const Repository& repository_;
  merge::UnifiedOptions options_;
  std::map<Key, std::vector<Range>> waiting_;
  mutable std::map<BlamedFile, std::optional<object::Value>> values_;
  merge::VersionLines lines_;
  std::deque<std::pair<object::Value, merge::VersionLines::Text>> texts_;
  std::size_t unfiltered_ = 0;  // rows that were asked for a filter in vain
  std::vector<Blamed> done_;
};

}  // namespace

std::vector<Blamed> blame(const Repository& repository, const object::Id& commit,
                          const std::string& path, const std::optional<Bytes>& text,
                          merge::Whitespace whitespace) {
  Blamer blamer(repository, whitespace);
  const auto is_new = [&] {
    const auto tracked = tracked_paths(repository);
    return !blamer.has({commit, path}) && std::ranges::find(tracked, path) != tracked.end();
  };
  if (text && is_new()) {
    const auto lines = static_cast<std::uint32_t>(merge::split_lines(*text).size());
    return {{0, lines, 0, {}, {}}};
  }
  return blamer.run(commit, path, text);
}

Bytes blamed_text(const Repository& repository, const object::Id& commit, const std::string& path) {
  return Blamer(repository, merge::Whitespace::exact).text_of({commit, path});
}

}  // namespace hn::repo
