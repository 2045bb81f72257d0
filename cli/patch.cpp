#include "patch.hpp"

#include <algorithm>
#include <ostream>

#include "hn/merge/conflicts.hpp"
#include "hn/merge/unified.hpp"
#include "hn/object/file.hpp"

namespace hn::cli {
namespace {

// Longer files are said to differ and not shown.
constexpr std::uint64_t kShownBytesMax = 64U << 20U;

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
  std::string before = "a/";
  std::string after = "b/";
  explicit Prefixes(bool reverse) {
    if (reverse) std::swap(before, after);
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

void print_hunk(const Context& context, const Paint& p, const merge::UnifiedHunk& hunk,
                WordMode words) {
  std::string header = merge::header_of(hunk);
  const std::size_t end = header.find(" @@") + 3;
  context.out << p.cyan << header.substr(0, end) << p.off << header.substr(end) << "\n";
  if (words != WordMode::lines) return print_words(context, hunk, words);
  for (const merge::UnifiedLine& line : hunk.lines) {
    const std::string_view colour = line.sign == '+'   ? p.green
                                    : line.sign == '-' ? p.red
                                                       : std::string_view();
    std::string_view text = line.text;
    const bool whole = text.ends_with('\n');
    if (whole) text.remove_suffix(1);
    context.out << colour << line.sign << text << (colour.empty() ? "" : p.off) << "\n";
    if (!whole) context.out << "\\ No newline at end of file\n";
  }
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

bool is_shown(const Side& side) {
  return !side.value || (side.bytes && !is_binary(*side.bytes));
}

void print_file_patch(const Context& context, const object::BlockReader& reader,
                      const FileDiff& file, const DiffOptions& options) {
  if (is_other_kind(file)) {
    print_file_patch(context, reader,
                     {file.old_path, file.new_path, file.before, {}, 0, false, false}, options);
    print_file_patch(context, reader,
                     {file.old_path, file.new_path, {}, file.after, 0, false, false}, options);
    return;
  }
  const Paint p = paint(context);
  const Side before = side_of(reader, file.before);
  const Side after = side_of(reader, file.after);
  const bool same = file.before && file.after && file.before->bytes == file.after->bytes;
  const Prefixes prefixes(options.reverse);
  const std::string left = file.before ? shown_path(prefixes.before + file.old_path) : "/dev/null";
  const std::string right = file.after ? shown_path(prefixes.after + file.new_path) : "/dev/null";
  if (same || !is_shown(before) || !is_shown(after)) {
    print_header(context, p, file, prefixes);
    if (!same) context.out << "Binary files " << left << " and " << right << " differ\n";
    return;
  }
  const auto hunks = merge::unified_hunks(before.text(), after.text(), options.unified);
  const bool plain =
      file.before && file.after && !file.renamed && file.before->mode == file.after->mode;
  if (plain && hunks.empty()) return;
  print_header(context, p, file, prefixes);
  if (hunks.empty()) return;
  // A name with a blank gets a tab behind it, so that patch(1) sees where it ends.
  const auto ended = [](const std::string& name) {
    return name.find(' ') != name.npos ? name + "\t" : name;
  };
  context.out << p.bold << "--- " << ended(left) << p.off << "\n"
              << p.bold << "+++ " << ended(right) << p.off << "\n";
  for (const merge::UnifiedHunk& hunk : hunks) print_hunk(context, p, hunk, options.words);
}

}  // namespace hn::cli
