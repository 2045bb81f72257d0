#include "short_status.hpp"

#include <algorithm>
#include <ostream>
#include <set>

#include "hn/git/form.hpp"
#include "hn/object/file.hpp"
#include "hn/repo/working_tree.hpp"
#include "output.hpp"
#include "patch.hpp"

namespace hn::cli {
namespace {

// Git's id of a longer file is not worth reading it for a line of status.
constexpr std::uint64_t kHashedBytesMax = 64U << 20U;
constexpr std::string_view kNoMode = "000000";
const std::string kNoHash(40, '0');

std::string_view letters_of(const worktree::Change& change) {
  if (change.markers_left) return "UU";
  switch (letter_of(change.base, change.now)) {
    case 'A':
      return " A";
    case 'D':
      return " D";
    case 'T':
      return " T";
    case 'U':
      return "UU";
    default:
      return " M";
  }
}

// The same in the first column.
std::string_view recorded_letters_of(const worktree::Change& change) {
  const std::string_view letters = letters_of(change);
  return letters == " A"   ? "A "
         : letters == " D" ? "D "
         : letters == " T" ? "T "
         : letters == " M" ? "M "
                           : letters;
}

bool has_below(const std::vector<std::string>& sorted, const std::string& folder) {
  const auto at = std::ranges::lower_bound(sorted, folder + "/", worktree::path_less);
  return at != sorted.end() && worktree::is_below(*at, folder);
}

class Lines {
 public:
  Lines(const repo::Status& status, const StatusOptions& options)
      : status_(status), options_(options) {}

  std::vector<StatusLine> all() {
    for (const worktree::Change& change : status_.changes) sort_out(change);
    for (const std::string& path : status_.conflicts) {
      if (meant(path)) out_.push_back({path, "UU"});
    }
    if (options_.unread) add_unread();
    order(0);
    if (options_.untracked == StatusOptions::Untracked::none) return std::move(out_);
    add_untracked();
    if (options_.ignored != StatusOptions::Ignored::none) add_ignored();
    return std::move(out_);
  }

 private:
  bool meant(std::string_view path) const { return options_.meant.matches(path); }

  void sort_out(const worktree::Change& change) {
    if (options_.recorded && options_.recorded->matches(change.path)) {
      if (meant(change.path)) out_.push_back({change.path, recorded_letters_of(change), &change});
      return;
    }
    const bool asked = !change.added() || std::ranges::binary_search(status_.tracked, change.path,
                                                                     worktree::path_less);
    if (!asked) {
      untracked_.push_back(change.path);
    } else if (meant(change.path)) {
      out_.push_back({change.path, letters_of(change), &change});
    }
  }

  void add_unread() {
    for (const worktree::Notice& notice :
         repo::unread(status_.notices, status_.index, options_.meant)) {
      const worktree::IndexRow* row = status_.index.find(notice.path);
      if (row == nullptr || !row->base) continue;
      if (row->base->is_file()) out_.push_back({notice.path, " M"});
      // A fifo in place of a link; git takes it for a file.
      if (row->base->mode == object::Mode::symlink) out_.push_back({notice.path, " T"});
    }
  }

  void order(std::size_t from) {
    std::ranges::sort(out_.begin() + static_cast<std::ptrdiff_t>(from), out_.end(), {},
                      &StatusLine::path);
  }

  bool holds_recorded(const std::string& folder) const {
    const auto& rows = status_.index.rows;
    auto at = std::ranges::lower_bound(rows, folder + "/", worktree::path_less,
                                       &worktree::IndexRow::path);
    for (; at != rows.end() && worktree::is_below(at->path, folder); ++at)
      if (at->base || at->side) return true;
    return has_below(status_.tracked, folder);
  }

  // Each path, or the topmost folder on its way that `stands` for all in it; each once.
  template <class Stands>
  void add_lines(const std::vector<std::string>& paths, std::string_view letters,
                 const Stands& stands) {
    const std::size_t before = out_.size();
    std::string last;  // the folder that stood for the path before
    std::set<std::string> no;
    for (const std::string& path : paths) {
      if (!meant(path) || (!last.empty() && path.starts_with(last))) continue;
      std::string shown = path;
      for (std::size_t slash = path.find('/'); slash != path.npos;
           slash = path.find('/', slash + 1)) {
        const std::string folder = path.substr(0, slash);
        if (no.contains(folder)) continue;
        if (options_.meant.matches(folder + "/") && stands(folder)) {
          shown = last = folder + "/";
          break;
        }
        no.insert(folder);
      }
      out_.push_back({shown, letters});
    }
    order(before);
  }

  void add_untracked() {
    const bool files = options_.untracked == StatusOptions::Untracked::files;
    add_lines(untracked_, "??",
              [&](const std::string& folder) { return !files && !holds_recorded(folder); });
  }

  void add_ignored() {
    if (options_.ignored == StatusOptions::Ignored::named) return add_named();
    const bool files = options_.untracked == StatusOptions::Untracked::files;
    add_lines(status_.ignored, "!!", [&](const std::string& folder) {
      return !files && !holds_recorded(folder) && !has_below(untracked_, folder);
    });
  }

  void add_named() {
    const std::size_t before = out_.size();
    for (const std::string& path : status_.ignored) {
      std::string at = path;
      bool whole = false;
      for (std::string_view folder = worktree::folder_of(path); !folder.empty() && !whole;
           folder = worktree::folder_of(folder)) {
        const auto seen = std::ranges::lower_bound(
            status_.folders, std::string(folder), worktree::path_less, &worktree::SeenFolder::path);
        if (seen == status_.folders.end() || seen->path != folder || !seen->ignored) break;
        at = std::string(folder) + "/";
      }
      if (meant(path) && (out_.size() == before || out_.back().path != at))
        out_.push_back({at, "!!"});
    }
    order(before);
  }

  const repo::Status& status_;
  const StatusOptions& options_;
  std::vector<std::string> untracked_;
  std::vector<StatusLine> out_;
};

std::string hash_of(const object::BlockReader& reader, const std::optional<object::Value>& value) {
  if (!value || value->mode == object::Mode::conflict || value->mode == object::Mode::folder)
    return kNoHash;
  if (value->mode == object::Mode::submodule)
    return hn::to_hex(ByteView(value->bytes).first(value->size));
  const auto bytes = object::read_file(reader, value->id(), kHashedBytesMax);
  if (!bytes) return kNoHash;
  return git::to_hex(git::git_id_of(git::Type::blob, *bytes));
}

std::string_view mode_of(const std::optional<object::Value>& value) {
  if (!value) return kNoMode;
  // A conflict stands as a file.
  return value->mode == object::Mode::conflict ? "100644" : mode_text(value->mode);
}

class Printer {
 public:
  Printer(const Context& context, const repo::Repository& repository, const repo::Status& status,
          const StatusOptions& options)
      : context_(context), repository_(repository), status_(status), options_(options) {}

  void print() {
    const std::vector<StatusLine> lines = status_lines(status_, options_);
    const bool second = options_.form == StatusOptions::Form::porcelain_2;
    if (options_.branch) second ? branch_2() : branch_1();
    if (!second) {
      for (const StatusLine& line : lines) line_1(line);
      return;
    }
    const auto is_conflict = [](const StatusLine& line) { return line.letters == "UU"; };
    for (const StatusLine& line : lines)
      if (line.letters.front() == ' ') changed_2(line);
    for (const StatusLine& line : lines)
      if (is_conflict(line)) conflict_2(line);
    for (const StatusLine& line : lines)
      if (line.letters.front() == '?' || line.letters.front() == '!')
        end(line.letters.substr(0, 1), line.path);
  }

 private:
  std::string_view eol() const { return options_.nul ? std::string_view("\0", 1) : "\n"; }

  void branch_1() {
    const Paint p = brief_paint();
    const std::string name = escape_controls(status_.branch);
    context_.out << "## ";
    if (!status_.head && !name.empty()) context_.out << "No commits yet on ";
    context_.out << p.green << (name.empty() ? "HEAD (no branch)" : name) << p.off << eol();
  }

  void branch_2() {
    context_.out << "# branch.oid " << (status_.head ? object::to_hex(*status_.head) : "(initial)")
                 << eol() << "# branch.head "
                 << (status_.branch.empty() ? "(detached)" : escape_controls(status_.branch))
                 << eol();
  }

  Paint brief_paint() const {
    return options_.form == StatusOptions::Form::brief && !options_.nul ? paint(context_) : Paint();
  }

  void line_1(const StatusLine& line) {
    const Paint p = brief_paint();
    const bool recorded = line.letters.ends_with(' ');
    context_.out << (recorded ? p.green : p.red) << line.letters.substr(0, recorded ? 1 : 2)
                 << p.off << (recorded ? " " : "");
    end("", line.path);
  }

  void end(std::string_view before, const std::string& path) {
    context_.out << before << ' ' << shown(path) << eol();
  }

  // As git: from the root in porcelain v1 and with -z, else from the folder here; v1 quotes a
  // blank.
  std::string shown(const std::string& path) const {
    if (options_.nul) return path;
    const bool first = options_.form != StatusOptions::Form::porcelain_2;
    const bool from_root = options_.form == StatusOptions::Form::porcelain_1;
    std::string out = shown_path(from_root ? path : path_from(options_.folder, path));
    const bool blank = first && out.find(' ') != out.npos && !out.starts_with('"');
    return blank ? "\"" + out + "\"" : out;
  }

  void changed_2(const StatusLine& line) {
    worktree::Change change;
    if (line.change != nullptr)
      change = *line.change;
    else
      change.base = change.now = status_.index.find(line.path)->base;
    if (line.change == nullptr && line.letters == " T") change.now->mode = object::Mode::file;
    const bool submodule = (change.base && change.base->mode == object::Mode::submodule) ||
                           (change.now && change.now->mode == object::Mode::submodule);
    const std::string hash = hash_of(repository_.store(), change.base);
    context_.out << "1 ." << line.letters.substr(1) << (submodule ? " S... " : " N... ")
                 << mode_of(change.base) << ' ' << mode_of(change.base) << ' '
                 << mode_of(change.now) << ' ' << hash << ' ' << hash;
    end("", line.path);
  }

  void conflict_2(const StatusLine& line) {
    context_.out << "u UU N... 100644 100644 100644 100644 " << kNoHash << ' ' << kNoHash << ' '
                 << kNoHash;
    end("", line.path);
  }

  const Context& context_;
  const repo::Repository& repository_;
  const repo::Status& status_;
  const StatusOptions& options_;
};

}  // namespace

std::vector<StatusLine> status_lines(const repo::Status& status, const StatusOptions& options) {
  return Lines(status, options).all();
}

void print_lines(const Context& context, const repo::Repository& repository,
                 const repo::Status& status, const StatusOptions& options) {
  Printer(context, repository, status, options).print();
}

std::string path_from(std::string_view folder, std::string_view path) {
  if (folder.empty()) return std::string(path);
  const std::string from = std::string(folder) + "/";
  std::size_t common = 0;
  for (std::size_t i = 0; i < std::min(from.size(), path.size()) && from[i] == path[i]; ++i)
    if (from[i] == '/') common = i + 1;
  std::string out;
  for (const char c : std::string_view(from).substr(common))
    if (c == '/') out += "../";
  out += path.substr(common);
  return out.empty() ? "./" : out;
}

}  // namespace hn::cli
