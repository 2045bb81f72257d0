// The widths are git's (diff.c: show_stats): names get what the graph leaves of the line, the graph
// at least three eighths.
#include "diff_stat.hpp"

#include <algorithm>
#include <ostream>

#include "diff_lists.hpp"
#include "output.hpp"
#include "patch.hpp"

namespace hn::cli {
namespace {

std::size_t digits_of(std::uint64_t n) {
  return std::to_string(n).size();
}

std::uint64_t scaled(std::uint64_t n, std::uint64_t width, std::uint64_t most) {
  return n == 0 ? 0 : 1 + n * (width - 1) / most;
}

struct Widths {
  std::size_t name = 0;
  std::size_t number = 0;
  std::size_t graph = 0;
  std::uint64_t most = 0;  // lines changed in one file
};

Widths widths_of(std::span<const FileStat> stats, std::size_t line, std::size_t name_max) {
  Widths out;
  std::size_t binary = 0;
  for (const FileStat& file : stats) {
    out.name = std::max(out.name, columns_of(file.named()));
    if (file.binary) {
      binary = std::max(binary, 14 + digits_of(file.added) + digits_of(file.removed));
      out.number = 3;
    } else {
      out.most = std::max(out.most, file.added + file.removed);
    }
  }
  out.number = std::max(out.number, digits_of(out.most));
  line = std::max(line, 16 + 6 + out.number);
  out.graph = out.most + 4 > binary ? out.most : binary - 4;
  if (name_max > 0) out.name = std::min(out.name, name_max);
  if (out.name + out.number + 6 + out.graph <= line) return out;
  const std::size_t share = line * 3 / 8;
  const std::size_t graph_max = share > out.number + 6 + 6 ? share - out.number - 6 : 6;
  out.graph = std::min(out.graph, graph_max);
  const std::size_t left = line - out.number - 6 - out.graph;
  if (out.name > left)
    out.name = left;
  else
    out.graph = line - out.number - 6 - out.name;
  return out;
}

// The end of a name that is too long, from a slash on where there is one.
std::string fitted(const std::string& name, std::size_t width) {
  std::size_t columns = columns_of(name);
  if (columns <= width) return name;
  std::string_view rest = name;
  while (!rest.empty() && columns > width - 3) {
    std::size_t n = 1;
    while (n < rest.size() && (static_cast<unsigned char>(rest[n]) & 0xc0U) == 0x80) ++n;
    columns -= columns_of(rest.substr(0, n));
    rest.remove_prefix(n);
  }
  if (const std::size_t slash = rest.find('/'); slash != rest.npos) rest.remove_prefix(slash);
  return "..." + std::string(rest);
}

std::string padded(const std::string& text, std::size_t width) {
  const std::size_t columns = columns_of(text);
  return std::string(width > columns ? width - columns : 0, ' ');
}

struct Bars {
  std::uint64_t added = 0;
  std::uint64_t removed = 0;
};

Bars bars_of(const FileStat& file, const Widths& widths) {
  Bars bars{file.added, file.removed};
  if (widths.graph > widths.most) return bars;
  std::uint64_t total = scaled(bars.added + bars.removed, widths.graph, widths.most);
  if (total < 2 && bars.added > 0 && bars.removed > 0) total = 2;
  if (bars.added < bars.removed) {
    bars.added = scaled(bars.added, widths.graph, widths.most);
    bars.removed = total - bars.added;
  } else {
    bars.removed = scaled(bars.removed, widths.graph, widths.most);
    bars.added = total - bars.removed;
  }
  return bars;
}

}  // namespace

std::vector<FileStat> file_stats(const object::BlockReader& reader, std::span<const FileDiff> files,
                                 const DiffOptions& options) {
  std::vector<FileStat> out;
  for (const FileDiff& file : files) {
    FileStat stat;
    stat.name =
        file.renamed ? renamed_text(file.old_path, file.new_path) : shown_path(file.new_path);
    stat.old_path = file.old_path;
    stat.new_path = file.new_path;
    if (options.compact) stat.summary = compact_summary(file);
    const Side before = side_of(reader, file.before);
    const Side after = side_of(reader, file.after);
    stat.binary = !is_shown(before) || !is_shown(after);
    if (stat.binary && before.size() == after.size() && file.before->bytes == file.after->bytes) {
      stat.added = stat.removed = 0;  // only the name or the mode is another
    } else if (stat.binary) {
      stat.added = after.size();
      stat.removed = before.size();
    } else {
      const auto counts = merge::count_lines(
          merge::shown_differences(before.text(), after.text(), options.unified));
      stat.added = counts.added;
      stat.removed = counts.removed;
    }
    const bool modified =
        file.before && file.after && !file.renamed && file.before->mode == file.after->mode;
    if (modified && !stat.binary && stat.added + stat.removed == 0) continue;
    out.push_back(std::move(stat));
  }
  return out;
}

void print_stat(const Context& context, std::span<const FileStat> stats, const StatLimits& limits) {
  const Paint p = paint(context);
  const bool cut = limits.count > 0 && limits.count < stats.size();
  if (cut) stats = stats.first(limits.count);
  const Widths widths =
      widths_of(stats, limits.width > 0 ? limits.width : context.columns, limits.name_width);
  for (const FileStat& file : stats) {
    const std::string name = fitted(file.named(), widths.name);
    context.out << " " << name << padded(name, widths.name) << " | ";
    if (file.binary) {
      context.out << std::string(widths.number - 3, ' ') << "Bin";
      if (file.added + file.removed > 0) {
        context.out << " " << p.red << file.removed << p.off << " -> " << p.green << file.added
                    << p.off << " bytes";
      }
      context.out << "\n";
      continue;
    }
    const std::string number = std::to_string(file.added + file.removed);
    context.out << std::string(widths.number - number.size(), ' ') << number
                << (file.added + file.removed > 0 ? " " : "");
    const Bars bars = bars_of(file, widths);
    if (bars.added > 0) context.out << p.green << std::string(bars.added, '+') << p.off;
    if (bars.removed > 0) context.out << p.red << std::string(bars.removed, '-') << p.off;
    context.out << "\n";
  }
  if (cut) context.out << " ...\n";
}

void print_numstat(const Context& context, std::span<const FileStat> stats, bool nul) {
  for (const FileStat& file : stats) {
    if (file.binary)
      context.out << "-\t-\t";
    else
      context.out << file.added << "\t" << file.removed << "\t";
    if (!nul)
      context.out << file.name << "\n";
    else if (file.old_path == file.new_path)
      context.out << file.new_path << '\0';
    else
      context.out << '\0' << file.old_path << '\0' << file.new_path << '\0';
  }
}

void print_stat_sum(const Context& context, std::span<const FileStat> stats) {
  std::uint64_t added = 0;
  std::uint64_t removed = 0;
  for (const FileStat& file : stats) {
    if (file.binary) continue;
    added += file.added;
    removed += file.removed;
  }
  if (stats.empty()) return;
  context.out << " " << count_of(stats.size(), "file") << " changed";
  if (added > 0 || removed == 0) context.out << ", " << count_of(added, "insertion") << "(+)";
  if (removed > 0 || added == 0) context.out << ", " << count_of(removed, "deletion") << "(-)";
  context.out << "\n";
}

}  // namespace hn::cli
