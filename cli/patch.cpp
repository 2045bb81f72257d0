#include "patch.hpp"

#include <ostream>

#include "hn/merge/conflicts.hpp"
#include "hn/merge/unified.hpp"
#include "hn/object/file.hpp"
#include "hn/worktree/scan.hpp"

namespace hn::cli {
namespace {

// Longer files are said to differ and not shown.
constexpr std::uint64_t kShownBytesMax = 64U << 20U;

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

void print_header(const Context& context, const Paint& p, const std::string& path,
                  const Side& before, const Side& after) {
  const std::string a = shown_path("a/" + path);
  const std::string b = shown_path("b/" + path);
  context.out << p.bold << "diff --hn " << a << " " << b << "\n";
  if (!before.value) {
    context.out << "new file mode " << mode_text(after.value->mode) << "\n";
  } else if (!after.value) {
    context.out << "deleted file mode " << mode_text(before.value->mode) << "\n";
  } else if (before.value->mode != after.value->mode) {
    context.out << "old mode " << mode_text(before.value->mode) << "\nnew mode "
                << mode_text(after.value->mode) << "\n";
  }
  context.out << p.off;
}

}  // namespace

Side side_of(const object::BlockReader& reader, const std::optional<object::Value>& value) {
  Side side{value, {}};
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
      }
    }
  }
  return side;
}

void print_patch(const Context& context, const std::string& path, const Side& before,
                 const Side& after) {
  const Paint p = paint(context);
  print_header(context, p, path, before, after);
  const Bytes none;
  const bool unseen = (before.value && !before.bytes) || (after.value && !after.bytes);
  const Bytes& a = before.bytes ? *before.bytes : none;
  const Bytes& b = after.bytes ? *after.bytes : none;
  if (!unseen && a == b) return;
  const std::string left = before.value ? shown_path("a/" + path) : "/dev/null";
  const std::string right = after.value ? shown_path("b/" + path) : "/dev/null";
  if (unseen || !merge::is_text(a) || !merge::is_text(b)) {
    context.out << "Binary files " << left << " and " << right << " differ\n";
    return;
  }
  context.out << p.bold << "--- " << left << "\n+++ " << right << p.off << "\n";
  for (const merge::UnifiedHunk& hunk : merge::unified_hunks(a, b)) {
    context.out << p.cyan << merge::header_of(hunk) << p.off << "\n";
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
}

void print_tree_patch(const Context& context, const object::BlockReader& reader,
                      const std::optional<object::Id>& before,
                      const std::optional<object::Id>& after,
                      const std::vector<std::string>& paths) {
  const worktree::PathFilter filter(paths);
  repo::require(object::diff_paths(reader, before, after,
                                   [&](const object::Change& change) {
                                     if (filter.matches(change.name)) {
                                       print_patch(context, change.name,
                                                   side_of(reader, change.old_value),
                                                   side_of(reader, change.new_value));
                                     }
                                     return true;
                                   }),
                "comparing trees");
}

}  // namespace hn::cli
