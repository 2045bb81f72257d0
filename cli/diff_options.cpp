#include <algorithm>
#include <array>
#include <charconv>

#include "diff_files.hpp"
#include "diff_lists.hpp"
#include "hn/repo/pattern.hpp"
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
  if (given.has("ignore-cr-at-eol")) return merge::Whitespace::ignore_return_at_end;
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

std::string folder_prefix(const std::string& folder) {
  return folder.empty() ? folder : folder + "/";
}

// -I: lines that match one of the patterns.
class IgnoredByPattern final : public merge::IgnoredLines {
 public:
  explicit IgnoredByPattern(const std::vector<std::string>& patterns) {
    for (const std::string& text : patterns)
      patterns_.emplace_back(text, repo::Pattern::Options{repo::Pattern::Kind::extended});
  }
  bool ignores(merge::Line line) const override {
    if (line.ends_with('\n')) line.remove_suffix(1);
    return std::ranges::any_of(patterns_,
                               [&](const repo::Pattern& pattern) { return pattern.matches(line); });
  }

 private:
  std::vector<repo::Pattern> patterns_;
};

void set_lines(const Given& given, const repo::Settings& settings, DiffOptions& out) {
  constexpr std::uint64_t kMost = 1U << 30U;
  const auto lines = [&](const char* option, const char* setting, std::uint32_t usual) {
    Given all = given;
    const auto set = settings.get(setting);
    if (!given.has(option) && set) all.set(option, {*set});
    return static_cast<std::uint32_t>(all.number(option, kMost).value_or(usual));
  };
  out.unified.context = lines("unified", "diff.context", 3);
  out.unified.between = lines("inter-hunk-context", "diff.interhunkcontext", 0);
  out.unified.functions = given.has("function-context");
  out.unified.shown.whitespace = whitespace_of(given);
  out.unified.ignore_blank_lines = given.has("ignore-blank-lines");
  if (given.has("ignore-matching-lines"))
    out.ignored = std::make_shared<IgnoredByPattern>(given.values("ignore-matching-lines"));
  out.unified.ignored = out.ignored.get();
}

void set_prefixes(const Given& given, const repo::Settings& settings, DiffOptions& out) {
  if (given.has("no-prefix") || settings.is_on("diff.noprefix", false))
    out.before_prefix = out.after_prefix = "";
  if (const auto text = given.value("src-prefix")) out.before_prefix = *text;
  if (const auto text = given.value("dst-prefix")) out.after_prefix = *text;
}

// What is shown of the files.
void set_forms(const Given& given, DiffOptions& out) {
  const bool both = given.has("patch-with-stat");
  out.compact = given.has("compact-summary");
  out.stat = given.has("stat") || both || out.compact;
  if (const auto text = given.value("stat")) out.stat_limits = StatLimits::parse(*text);
  out.numstat = given.has("numstat");
  out.shortstat = given.has("shortstat");
  out.name_only = given.has("name-only");
  out.name_status = given.has("name-status");
  out.raw = given.has("raw") || given.has("patch-with-raw");
  out.check = given.has("check");
  out.summary = given.has("summary");
  out.patch = given.has("patch") || given.has("unified") || both || given.has("patch-with-raw");
  if (given.has("no-patch")) {
    out.patch = out.stat = out.numstat = out.shortstat = out.name_only = out.name_status = false;
    out.raw = out.check = out.summary = false;
  }
  if (static_cast<int>(out.name_only) + static_cast<int>(out.name_status) +
          static_cast<int>(out.check) >
      1)
    throw Failure(Code::usage, "--name-only, --name-status and --check exclude each other");
}

void set_renames(const Given& given, const repo::Settings& settings, DiffOptions& out) {
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
}

}  // namespace

DiffFilter DiffFilter::parse(const std::vector<std::string>& texts) {
  constexpr std::string_view kAll = "ACDMRTUXB";
  DiffFilter out;
  std::string left_out;
  for (const char c : [&] {
         std::string all;
         for (const std::string& text : texts) all += text;
         return all;
       }()) {
    const bool small = c >= 'a' && c <= 'z';
    const char letter = small ? static_cast<char>(c - 'a' + 'A') : c;
    if (c == '*')
      out.all_ = true;
    else if (kAll.find(letter) == kAll.npos)
      throw Failure(Code::usage, "--diff-filter knows no '" + std::string(1, c) + "'",
                    "A, C, D, M, R, T, U, small to leave out, and *");
    else
      (small ? left_out : out.letters_) += letter;
  }
  if (out.letters_.empty() && !left_out.empty()) out.letters_ = kAll;
  std::erase_if(out.letters_, [&](char c) { return left_out.find(c) != left_out.npos; });
  if (!texts.empty() && out.letters_.empty()) out.letters_ = "X";  // which no file is
  return out;
}

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

std::size_t id_digits(const Given& given) {
  constexpr std::uint64_t kFull = 64;
  constexpr std::uint64_t kLeast = 4;
  if (given.has("no-abbrev")) return kFull;
  const auto digits = given.number("abbrev", UINT32_MAX);
  return std::clamp(digits.value_or(short_digits()), kLeast, kFull);
}

std::vector<Option> diff_option_rows() {
  std::vector<Option> rows{
      {"-p,-u,--patch", "", "the changes line by line"},
      {"--stat", "WIDTHS", "how many lines changed, file by file; WIDTH[,NAME-WIDTH[,COUNT]]"},
      {"--numstat", "", "the same for programs"},
      {"--shortstat", "", "the sum of it alone"},
      {"--name-only", "", "the paths alone"},
      {"--name-status", "", "the paths, and what became of them"},
      {"--raw", "", "modes, ids and paths, and what became of them"},
      {"--summary", "", "what came, went, was renamed or got another mode"},
      {"--compact-summary", "", "--stat, which says that too"},
      {"--patch-with-stat", "", "--stat and the changes line by line"},
      {"--patch-with-raw", "", "--raw and the changes line by line"},
      {"--check", "", "blanks at ends of lines and conflict markers that came; ends with 2"},
      {"--diff-filter", "LETTERS", "files alone of such a kind: ACDMRTU; small: others",
       Offers::nothing, "", true},
      {"-z", "", "lists end their lines with NUL, and quote no path"},
      {"--abbrev", "N", "N digits of each id"},
      {"--no-abbrev", "", "all digits"},
      {"--relative", "FOLDER", "files below FOLDER alone, as seen from there"},
      {"-s,--no-patch", "", "no changes"},
      {"-U,--unified", "N", "N equal lines round each change"},
      {"-W,--function-context", "", "whole functions round each change"},
      {"--inter-hunk-context", "N", "also N equal lines between two changes"},
      {"-a,--text", "", "show whatever is in a file"},
      {"--src-prefix", "TEXT", "what stands before old paths, else a/"},
      {"--dst-prefix", "TEXT", "what stands before new paths, else b/"},
      {"--no-prefix", "", "nothing before both"},
      {"-w,--ignore-all-space", "", "leave whitespace out of account"},
      {"-b,--ignore-space-change", "", "leave the amount of whitespace out of account"},
      {"--ignore-space-at-eol", "", "leave whitespace at the end of a line out of account"},
      {"--ignore-cr-at-eol", "", "leave a carriage return at the end of a line out of account"},
      {"--ignore-blank-lines", "", "leave changes of blank lines alone out of account"},
      {"-I,--ignore-matching-lines", "PATTERN", "leave changes of lines that match out of account",
       Offers::nothing, "", true},
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

DiffOptions diff_options(const Context& context, const repo::Repository& repository,
                         const Given& given) {
  const repo::Settings& settings = repository.settings();
  DiffOptions out;
  set_forms(given, out);
  set_renames(given, settings, out);
  set_lines(given, settings, out);
  set_prefixes(given, settings, out);
  out.reverse = given.has("R");
  out.nul = given.has("z");
  out.text = given.has("text");
  out.digits = id_digits(given);
  out.filter = DiffFilter::parse(given.values("diff-filter"));
  if (const auto within = given.value("relative"))
    out.within = *within == "." ? folder_prefix(context.folder_in(repository)) : *within;
  out.pickaxe = Pickaxe::from(given);
  out.words = words_of(given);
  out.moved = MovedOptions::from(given);
  return out;
}

}  // namespace hn::cli
