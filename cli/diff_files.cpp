#include "diff_files.hpp"

#include <algorithm>
#include <map>
#include <ostream>

#include "diff_lists.hpp"
#include "diff_stat.hpp"
#include "hn/merge/renames.hpp"
#include "patch.hpp"
#include "pickaxe.hpp"
#include "whitespace_check.hpp"

namespace hn::cli {
namespace {

// Files of which others were made.
struct Found {
  std::vector<merge::NamedValue> from;
  std::vector<merge::Source> stays;
  std::vector<merge::Rename> renames;
};

Found found_again(const object::BlockReader& reader, const std::vector<object::Change>& changes,
                  const DiffOptions& options, const std::vector<object::Change>& all_before) {
  Found out;
  std::map<std::string, std::pair<object::Value, merge::Source>> sources;
  std::vector<merge::NamedValue> come;
  for (const object::Change& file : options.copies ? all_before : std::vector<object::Change>())
    sources.insert_or_assign(file.name, std::pair{*file.new_value, merge::Source::unchanged});
  for (const object::Change& change : changes) {
    sources.erase(change.name);
    if (!change.old_value)
      come.push_back({change.name, *change.new_value});
    else if (!change.new_value)
      sources.emplace(change.name, std::pair{*change.old_value, merge::Source::gone});
    else if (options.copies)
      sources.emplace(change.name, std::pair{*change.old_value, merge::Source::changed});
  }
  for (const auto& [path, source] : sources) {
    out.from.push_back({path, source.first});
    out.stays.push_back(source.second);
  }
  if (!options.renames || sources.empty() || come.empty()) return out;
  const merge::RenameOptions limits{options.rename_percent, 1'000'000};
  out.renames = options.copies ? merge::find_copies(reader, out.from, out.stays, come, limits)
                               : merge::find_renames(reader, out.from, come, limits);
  return out;
}

// As git has it, a folder is meant that ends without a slash, and so is any beginning of a name.
std::string without_beginning(const std::string& path, const std::string& beginning) {
  const std::string rest = path.substr(beginning.size());
  return rest.starts_with('/') ? rest.substr(1) : rest;
}

void keep_within(const std::string& beginning, std::vector<object::Change>& changes) {
  std::erase_if(changes,
                [&](const object::Change& change) { return !change.name.starts_with(beginning); });
}

}  // namespace

std::vector<FileDiff> file_diffs(const object::BlockReader& reader,
                                 std::vector<object::Change> changes, const DiffOptions& options,
                                 const std::vector<object::Change>& all_before) {
  if (options.reverse) {
    for (object::Change& change : changes) std::swap(change.old_value, change.new_value);
  }
  keep_within(options.within, changes);
  std::vector<object::Change> sources = all_before;
  keep_within(options.within, sources);
  const Found found = found_again(reader, changes, options, sources);
  std::vector<std::size_t> uses(found.from.size());
  for (const merge::Rename& rename : found.renames) ++uses[rename.from];
  for (std::size_t i = 0; i < uses.size(); ++i)
    if (found.stays[i] != merge::Source::gone) ++uses[i];
  std::map<std::string_view, bool> moved;
  for (const merge::Rename& rename : found.renames) moved[found.from[rename.from].path] = true;
  std::vector<FileDiff> out;
  std::size_t next_come = 0;
  auto rename = found.renames.begin();
  for (object::Change& change : changes) {
    if (!change.new_value && moved.contains(change.name)) continue;
    FileDiff file{change.name, change.name, change.old_value, change.new_value, 0, false, false};
    if (!change.old_value) {
      if (rename != found.renames.end() && rename->to == next_come) {
        file.old_path = found.from[rename->from].path;
        file.before = found.from[rename->from].value;
        file.percent = rename->percent;
        file.renamed = true;
        // The last one that is made of a file which is gone is that file.
        file.copied = --uses[rename->from] > 0;
        ++rename;
      }
      ++next_come;
    }
    out.push_back(std::move(file));
  }
  pick_diffs(reader, options, out);
  return out;
}

void pick_diffs(const object::BlockReader& reader, const DiffOptions& options,
                std::vector<FileDiff>& files) {
  if (options.pickaxe) options.pickaxe->pick(reader, files);
  options.filter.pick(files);
  for (FileDiff& file : files) {
    file.old_path = without_beginning(file.old_path, options.within);
    file.new_path = without_beginning(file.new_path, options.within);
  }
}

bool print_diffs(const Context& context, const object::BlockReader& reader,
                 std::span<const FileDiff> files, const DiffOptions& options) {
  if (options.quiet || files.empty()) return true;
  bool clean = true;
  bool above = options.lists();
  if (options.check)
    clean = print_check(context, reader, files);
  else if (options.lists())
    print_list(context, files, options);
  if (options.counts()) {
    const std::vector<FileStat> stats = file_stats(reader, files, options);
    if (options.numstat) print_numstat(context, stats, options.nul);
    if (options.stat) {
      print_stat(context, stats, options.stat_limits);
      print_stat_sum(context, stats);
    }
    if (options.shortstat) print_stat_sum(context, stats);
    above = true;
  }
  if (options.summary) above |= print_summary(context, files);
  if (!options.patch) return clean;
  if (above) context.out << (options.nul ? '\0' : '\n');
  print_patch(context, reader, files, options);
  return clean;
}

}  // namespace hn::cli
