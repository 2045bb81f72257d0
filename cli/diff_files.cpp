#include "diff_files.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <ostream>

#include "diff_stat.hpp"
#include "hn/merge/renames.hpp"
#include "patch.hpp"
#include "pickaxe.hpp"

namespace hn::cli {
namespace {

// "50", "50%" or "5": a number without % is digits behind the point, as in git.
std::uint32_t percent_of(const std::string& text) {
  std::uint32_t value = 0;
  std::uint32_t scale = 1;
  std::size_t at = 0;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9' && at < 5; ++at) {
    value = value * 10 + static_cast<std::uint32_t>(text[at] - '0');
    scale *= 10;
  }
  const std::string_view rest = std::string_view(text).substr(at);
  if (at == 0 || (!rest.empty() && rest != "%"))
    throw Failure(Code::usage, "'" + text + "' is no percentage", "such as 50% or 5");
  return std::min<std::uint32_t>(100, rest == "%" ? value : value * 100 / scale);
}

merge::Whitespace whitespace_of(const Given& given) {
  if (given.has("ignore-all-space")) return merge::Whitespace::ignore_all;
  if (given.has("ignore-space-change")) return merge::Whitespace::ignore_changes;
  if (given.has("ignore-space-at-eol")) return merge::Whitespace::ignore_at_end;
  return merge::Whitespace::exact;
}

WordMode words_of(const Given& given) {
  if (given.has("color-words")) return WordMode::colour;
  const std::string mode = given.value("word-diff").value_or("none");
  if (mode == "plain") return WordMode::plain;
  if (mode == "color") return WordMode::colour;
  if (mode == "porcelain") return WordMode::porcelain;
  if (mode == "none") return WordMode::lines;
  throw Failure(Code::usage, "'" + mode + "' is no way to show words",
                "plain, color, porcelain or none");
}

std::string status_of(const FileDiff& file) {
  if (!file.renamed) return std::string(1, letter_of(file.before, file.after));
  std::string digits = std::to_string(file.percent);
  return (file.copied ? "C" : "R") + std::string(3 - std::min<std::size_t>(3, digits.size()), '0') +
         digits;
}

void print_names(const Context& context, std::span<const FileDiff> files, bool status) {
  for (const FileDiff& file : files) {
    if (status) context.out << status_of(file) << "\t";
    if (status && file.renamed) context.out << shown_path(file.old_path) << "\t";
    context.out << shown_path(file.new_path) << "\n";
  }
}

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

}  // namespace

StatLimits StatLimits::parse(const std::string& text) {
  StatLimits out;
  std::array<std::size_t*, 3> parts{&out.width, &out.name_width, &out.count};
  std::size_t at = 0;
  for (std::size_t* part : parts) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const auto [last, error] = std::from_chars(text.data() + at, text.data() + end, *part);
    const bool is_number = error == std::errc{} && last == text.data() + end && *part <= kMost;
    if (at != end && !is_number) break;
    at = end + 1;
    if (end == text.size()) return out;
  }
  throw Failure(Code::usage, "--stat knows no '" + text + "'",
                "it takes WIDTH, WIDTH,NAME-WIDTH or WIDTH,NAME-WIDTH,COUNT");
}

std::vector<Option> diff_option_rows() {
  std::vector<Option> rows{
      {"-p,--patch", "", "the changes line by line"},
      {"--stat", "WIDTHS", "how many lines changed, file by file; WIDTH[,NAME-WIDTH[,COUNT]]"},
      {"--numstat", "", "the same for programs"},
      {"--shortstat", "", "the sum of it alone"},
      {"--name-only", "", "the paths alone"},
      {"--name-status", "", "the paths, and what became of them"},
      {"-s,--no-patch", "", "no changes"},
      {"-U,--unified", "N", "N equal lines round each change"},
      {"-W,--function-context", "", "whole functions round each change"},
      {"-w,--ignore-all-space", "", "leave whitespace out of account"},
      {"-b,--ignore-space-change", "", "leave the amount of whitespace out of account"},
      {"--ignore-space-at-eol", "", "leave whitespace at the end of a line out of account"},
      {"--find-renames", "N", "a renamed file keeps at least N percent"},
      {"-M", "", "find renamed files, as is done anyway"},
      {"--no-renames", "", "do not look for renamed files"},
      {"--find-copies", "N", "find copies of changed files too, alike by at least N percent"},
      {"-C", "", "the same, by 50 percent"},
      {"--find-copies-harder", "", "find copies of files that did not change too"},
      {"-R", "", "the other way round"},
      {"--word-diff", "MODE", "word by word: plain, color, porcelain or none", Offers::words,
       "plain color porcelain none"},
      {"--color-words", "", "word by word, by colours alone"}};
  for (const auto& more : {MovedOptions::option_rows(), Pickaxe::option_rows()})
    rows.insert(rows.end(), more.begin(), more.end());
  return rows;
}

DiffOptions diff_options(const Given& given, const repo::Settings& settings) {
  DiffOptions out;
  out.stat = given.has("stat");
  if (const auto text = given.value("stat")) out.stat_limits = StatLimits::parse(*text);
  out.numstat = given.has("numstat");
  out.shortstat = given.has("shortstat");
  out.name_only = given.has("name-only");
  out.name_status = given.has("name-status");
  out.patch = given.has("patch") || given.has("unified");
  if (given.has("no-patch"))
    out.patch = out.stat = out.numstat = out.shortstat = out.name_only = out.name_status = false;
  out.reverse = given.has("R");
  const std::string usual = settings.get("diff.renames").value_or("true");
  const bool harder = given.has("find-copies-harder");
  const bool copies = harder || given.has("C") || given.has("find-copies");
  const bool renames = given.has("M") || given.has("find-renames");
  const bool off = usual == "false" || usual == "no" || usual == "off" || usual == "0";
  out.renames = harder || (!given.has("no-renames") && (!off || copies || renames));
  out.copies = out.renames && (copies || (!renames && (usual == "copies" || usual == "copy")));
  out.copies_harder = out.copies && harder;
  for (const char* option : {"find-renames", "find-copies"})
    if (const auto text = given.value(option)) out.rename_percent = percent_of(*text);
  if (out.name_only && out.name_status)
    throw Failure(Code::usage, "--name-only and --name-status exclude each other");
  out.unified.context = static_cast<std::uint32_t>(given.number("unified", 1U << 30U).value_or(3));
  out.unified.functions = given.has("function-context");
  out.unified.shown.whitespace = whitespace_of(given);
  out.pickaxe = Pickaxe::from(given);
  out.words = words_of(given);
  out.moved = MovedOptions::from(given);
  return out;
}

std::vector<FileDiff> file_diffs(const object::BlockReader& reader,
                                 std::vector<object::Change> changes, const DiffOptions& options,
                                 const std::vector<object::Change>& all_before) {
  if (options.reverse) {
    for (object::Change& change : changes) std::swap(change.old_value, change.new_value);
  }
  const Found found = found_again(reader, changes, options, all_before);
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
  if (options.pickaxe) options.pickaxe->pick(reader, out);
  return out;
}

void print_diffs(const Context& context, const object::BlockReader& reader,
                 std::span<const FileDiff> files, const DiffOptions& options) {
  if (options.quiet || files.empty()) return;
  bool above = false;
  if (options.name_only || options.name_status) {
    print_names(context, files, options.name_status);
    above = true;
  }
  if (options.numstat || options.stat || options.shortstat) {
    const std::vector<FileStat> stats = file_stats(reader, files, options);
    if (options.numstat) print_numstat(context, stats);
    if (options.stat) print_stat(context, stats, options.stat_limits);
    if (options.stat || options.shortstat) print_stat_sum(context, stats);
    above = true;
  }
  if (!options.patch) return;
  if (above) context.out << "\n";
  print_patch(context, reader, files, options);
}

std::string renamed_text(const std::string& from, const std::string& to) {
  if (shown_path(from) != from || shown_path(to) != to)
    return shown_path(from) + " => " + shown_path(to);
  std::size_t begin = 0;
  for (std::size_t i = 0; i < std::min(from.size(), to.size()) && from[i] == to[i]; ++i) {
    if (from[i] == '/') begin = i + 1;
  }
  // What both end with may begin with the slash that both beginnings end with.
  const std::size_t shared = begin > 0 ? begin - 1 : 0;
  std::size_t end = 0;
  for (std::size_t n = 1;
       n + shared <= std::min(from.size(), to.size()) && from[from.size() - n] == to[to.size() - n];
       ++n) {
    if (from[from.size() - n] == '/') end = n;
  }
  const auto middle = [&](const std::string& path) {
    return path.size() > begin + end ? path.substr(begin, path.size() - begin - end)
                                     : std::string();
  };
  std::string changed = middle(from) + " => " + middle(to);
  if (begin + end == 0) return changed;
  return from.substr(0, begin) + "{" + changed + "}" + from.substr(from.size() - end);
}

}  // namespace hn::cli
