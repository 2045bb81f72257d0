#include "patch.hpp"

#include <algorithm>
#include <ostream>
#include <sstream>

#include "hn/merge/conflicts.hpp"
#include "hn/merge/unified.hpp"
#include "hn/object/file.hpp"
#include "in_order.hpp"
#include "patch_line.hpp"

namespace hn::cli {
namespace {

// Longer files are said to differ and not shown.
constexpr std::uint64_t kShownBytesMax = 64U << 20U;
// Some milliseconds of work, against the tenth of one that a thread costs.
constexpr std::size_t kFilesPerThreadMin = 16;

// A conflict shows as the text with markers that stands in the working tree.
Bytes conflict_text(const object::BlockReader& reader, const object::Id& id) {
  const auto conflict = repo::require(object::read_conflict(reader, id), "reading a conflict");
  const auto shown =
      repo::require(merge::materialise(reader, conflict, "file"), "writing out a conflict");
  if (shown.is_marked()) return shown.files.front().marked;
  std::string text;
  for (const merge::WorkFile& file : shown.files) text += file.name + "\n";
  return to_bytes(as_bytes(text));
}

std::string submodule_text(const object::Value& value) {
  return "Subproject commit " + hn::to_hex(ByteView(value.bytes).first(value.size)) + "\n";
}

bool is_binary(ByteView bytes) {
  const ByteView probe = bytes.first(std::min(bytes.size(), merge::kBinaryProbeBytes));
  return std::ranges::find(probe, Byte{0}) != probe.end();
}

// A file that became a symlink, or the other way round, is shown as one that went and one that
// came.
bool is_other_kind(const FileDiff& file) {
  return file.before && file.after && letter_of(file.before, file.after) == 'T';
}

// The other way round, b is what comes first.
struct Prefixes {
  std::string before;
  std::string after;
  explicit Prefixes(const DiffOptions& options)
      : before(options.before_prefix), after(options.after_prefix) {
    if (options.reverse) std::swap(before, after);
  }
};

void print_header(const Context& context, const Paint& p, const FileDiff& file,
                  const Prefixes& prefixes) {
  const auto line = [&](const std::string& text) {
    context.out << p.bold << text << p.off << "\n";
  };
  line("diff --git " + shown_path(prefixes.before + file.old_path) + " " +
       shown_path(prefixes.after + file.new_path));
  if (!file.before) {
    line("new file mode " + std::string(mode_text(file.after->mode)));
  } else if (!file.after) {
    line("deleted file mode " + std::string(mode_text(file.before->mode)));
  } else if (file.before->mode != file.after->mode) {
    line("old mode " + std::string(mode_text(file.before->mode)));
    line("new mode " + std::string(mode_text(file.after->mode)));
  }
  if (!file.renamed) return;
  line("similarity index " + std::to_string(file.percent) + "%");
  const std::string verb = file.copied ? "copy" : "rename";
  line(verb + " from " + shown_path(file.old_path));
  line(verb + " to " + shown_path(file.new_path));
}

// What a difference between two files is printed from.
struct FilePatch {
  FileDiff file;
  Side before;
  Side after;
  bool same = false;
  bool binary = false;
  std::vector<merge::UnifiedHunk> hunks;  // views into the sides
  std::vector<PatchLine> lines;           // of all hunks, with one of no sign in front of each
};

FilePatch patch_of(const object::BlockReader& reader, FileDiff file, const DiffOptions& options) {
  FilePatch out{std::move(file), {}, {}, false, false, {}, {}};
  out.before = side_of(reader, out.file.before);
  out.after = side_of(reader, out.file.after);
  out.same = out.file.before && out.file.after && out.file.before->bytes == out.file.after->bytes;
  out.binary = !is_shown(out.before, options.text) || !is_shown(out.after, options.text);
  if (out.same || out.binary) return out;
  out.hunks = merge::unified_hunks(out.before.text(), out.after.text(), options.unified);
  std::size_t lines = out.hunks.size() + 2;
  for (const merge::UnifiedHunk& hunk : out.hunks) lines += hunk.lines.size();
  out.lines.reserve(lines);
  for (const merge::UnifiedHunk& hunk : out.hunks) {
    out.lines.push_back({'@', {}});
    for (const merge::UnifiedLine& line : hunk.lines) {
      const bool whole = line.text.ends_with('\n');
      out.lines.push_back({line.sign, line.text.substr(0, line.text.size() - (whole ? 1 : 0))});
      if (!whole) out.lines.push_back({'\\', " No newline at end of file"});
    }
  }
  return out;
}

// The file of one kind that went, and that of another kind that came, are two patches.
std::vector<FilePatch> patches_of(const object::BlockReader& reader, const FileDiff& file,
                                  const DiffOptions& options) {
  std::vector<FilePatch> out;
  if (is_other_kind(file)) {
    FileDiff part{file.old_path, file.new_path, file.before, {}, 0, false, false};
    out.push_back(patch_of(reader, part, options));
    std::swap(part.after, part.before);
    part.after = file.after;
    out.push_back(patch_of(reader, std::move(part), options));
  } else {
    out.push_back(patch_of(reader, file, options));
  }
  return out;
}

void print_hunk_header(std::ostream& out, const Paint& p, const merge::UnifiedHunk& hunk) {
  const std::string header = merge::header_of(hunk);
  const std::size_t end = header.find(" @@") + 3;
  out << p.cyan << header.substr(0, end) << p.off;
  if (end < header.size()) {
    std::size_t text = header.find_first_not_of(" \t", end);
    text = std::min(text, header.size());
    out << header.substr(end, text - end) << p.off;
    if (text < header.size()) out << header.substr(text) << p.off;
  }
  out << "\n";
}

void print_hunks(const Context& context, const Paint& p, const FilePatch& patch,
                 const DiffOptions& options) {
  LinePrinter printer(context.out, p, patch.before.text(), patch.after.text());
  auto line = patch.lines.begin();
  for (const merge::UnifiedHunk& hunk : patch.hunks) {
    print_hunk_header(context.out, p, hunk);
    if (options.words != WordMode::lines) {
      print_words(context, hunk, options.words);
      continue;
    }
    printer.begin(hunk);
    for (++line; line != patch.lines.end() && line->sign != '@'; ++line) printer.print(*line);
    printer.end();
  }
}

void print(const Context& context, const FilePatch& patch, const DiffOptions& options) {
  const Paint p = paint(context);
  const FileDiff& file = patch.file;
  const Prefixes prefixes(options);
  const std::string left = file.before ? shown_path(prefixes.before + file.old_path) : "/dev/null";
  const std::string right = file.after ? shown_path(prefixes.after + file.new_path) : "/dev/null";
  const bool plain =
      file.before && file.after && !file.renamed && file.before->mode == file.after->mode;
  if (plain && !patch.same && !patch.binary && patch.hunks.empty()) return;
  print_header(context, p, file, prefixes);
  if (patch.binary && !patch.same)
    context.out << "Binary files " << left << " and " << right << " differ\n";
  if (patch.hunks.empty()) return;
  // A name with a blank gets a tab behind it, so that patch(1) sees where it ends.
  const auto line = [&](std::string_view sign, const std::string& name) {
    context.out << p.bold << sign << name << p.off << (name.find(' ') != name.npos ? "\t" : "")
                << "\n";
  };
  line("--- ", left);
  line("+++ ", right);
  print_hunks(context, p, patch, options);
}

void print_file(const Context& context, const object::BlockReader& reader, const FileDiff& file,
                const DiffOptions& options) {
  for (const FilePatch& patch : patches_of(reader, file, options)) print(context, patch, options);
}

// Each thread makes the whole text of a file.
void print_together(const Context& context, const object::BlockReader& reader,
                    std::span<const FileDiff> files, const DiffOptions& options, unsigned threads) {
  in_order<std::string>(
      files.size(), threads,
      [&](std::size_t job, unsigned) {
        std::ostringstream text;
        Context beside{context.world, context.folder, text, context.err};
        beside.colour = context.colour;
        beside.columns = context.columns;
        print_file(beside, reader, files[job], options);
        return std::move(text).str();
      },
      [&](const std::string& text) {
        context.out << text;
        return true;
      });
}

}  // namespace

std::string_view mode_text(object::Mode mode) {
  switch (mode) {
    case object::Mode::file:
      return "100644";
    case object::Mode::executable:
      return "100755";
    case object::Mode::symlink:
      return "120000";
    case object::Mode::folder:
      return "040000";
    case object::Mode::submodule:
      return "160000";
    case object::Mode::conflict:
      return "conflict";
  }
  return "?";
}

Side side_of(const object::BlockReader& reader, const std::optional<object::Value>& value) {
  Side side{value, {}, 0};
  if (!value) return side;
  switch (value->mode) {
    case object::Mode::submodule:
      side.bytes = to_bytes(as_bytes(submodule_text(*value)));
      break;
    case object::Mode::conflict:
      side.bytes = conflict_text(reader, value->id());
      break;
    case object::Mode::folder:
      break;
    default: {
      auto bytes = object::read_file(reader, value->id(), kShownBytesMax);
      if (bytes) {
        side.bytes = std::move(bytes).value();
      } else if (bytes.error().code != Code::refused) {
        throw Failure(bytes.error(), "reading a file");
      } else {
        side.length = repo::require(object::file_size(reader, value->id()), "reading a file");
      }
    }
  }
  if (side.bytes) side.length = side.bytes->size();
  return side;
}

bool is_shown(const Side& side, bool text) {
  return !side.value || (side.bytes && (text || !is_binary(*side.bytes)));
}

void print_patch(const Context& context, const object::BlockReader& reader,
                 std::span<const FileDiff> files, const DiffOptions& options) {
  if (!context.colour || options.moved.mode == MovedMode::no || options.words != WordMode::lines) {
    auto threads =
        std::min(options.threads, static_cast<unsigned>(files.size() / kFilesPerThreadMin));
    if (options.ignored) threads = 1;  // a pattern is one thread's
    if (threads > 1) return print_together(context, reader, files, options, threads);
    for (const FileDiff& file : files) print_file(context, reader, file, options);
    return;
  }
  std::vector<FilePatch> patches;
  std::vector<PatchLine> lines;
  for (const FileDiff& file : files) {
    for (FilePatch& patch : patches_of(reader, file, options)) {
      lines.insert(lines.end(), patch.lines.begin(), patch.lines.end());
      patches.push_back(std::move(patch));
    }
  }
  mark_moved(lines, options.moved);
  auto marked = lines.begin();
  for (FilePatch& patch : patches) {
    for (PatchLine& line : patch.lines) line = *marked++;
    print(context, patch, options);
  }
}

}  // namespace hn::cli
