#include "spelling.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "grep_expression.hpp"
#include "hn/base/error.hpp"

namespace hn::cli {
namespace {

enum class Form {
  digits,  // a dash and a number
  alone,   // the option without the value that it may have
  stuck,   // a short option with its value behind it
  last,    // as `alone`, where no word follows
};

struct Spelling {
  Form form;
  std::string_view typed;
  std::string_view option;     // the command has it
  std::string_view value;      // for Form::alone and Form::last
  std::string_view verb = "";  // of this one alone
};

constexpr std::array kSpellings{
    Spelling{Form::digits, "-", "--number", ""},
    Spelling{Form::digits, "-", "--context", ""},
    Spelling{Form::alone, "--color", "--color", "always"},
    Spelling{Form::alone, "--pretty", "--format", "medium"},
    Spelling{Form::alone, "--find-renames", "-M", ""},
    Spelling{Form::alone, "--find-copies", "-C", ""},
    Spelling{Form::stuck, "-C", "--find-copies", ""},
    Spelling{Form::alone, "--color-moved", "--color-moved", "default"},
    Spelling{Form::alone, "--relative", "--relative", "."},
    Spelling{Form::alone, "--abbrev", "--abbrev", "10"},
    Spelling{Form::alone, "--dirty", "--dirty", "-dirty"},
    Spelling{Form::alone, "--no-abbrev", "--abbrev", "64", "describe"},
    Spelling{Form::alone, "--branches", "--branches", "*"},
    Spelling{Form::alone, "--tags", "--tags", "*"},
    Spelling{Form::alone, "--no-walk=sorted", "--no-walk", ""},
    Spelling{Form::alone, "--bool", "--type", "bool"},
    Spelling{Form::alone, "--int", "--type", "int"},
    Spelling{Form::alone, "--bool-or-int", "--type", "bool-or-int"},
    Spelling{Form::alone, "--path", "--type", "path"},
    Spelling{Form::alone, "--word-diff", "--word-diff", "plain"},
    Spelling{Form::stuck, "-M", "--find-renames", ""},
    Spelling{Form::alone, "--porcelain", "--porcelain", "v1"},
    Spelling{Form::alone, "--ignored", "--ignored", "traditional"},
    Spelling{Form::alone, "--decorate", "--decorate", "short"},
    Spelling{Form::alone, "--stat", "--stat", "0"},
    Spelling{Form::alone, "--untracked-files", "--untracked-files", "all"},
    Spelling{Form::alone, "-u", "--untracked-files", "all"},
    Spelling{Form::stuck, "-u", "--untracked-files", ""},
    Spelling{Form::last, "--merged", "--merged", "HEAD"},
    Spelling{Form::last, "--no-merged", "--no-merged", "HEAD"},
    Spelling{Form::last, "--contains", "--contains", "HEAD"},
    Spelling{Form::last, "--no-contains", "--no-contains", "HEAD"},
    Spelling{Form::last, "--points-at", "--points-at", "HEAD"},
    Spelling{Form::alone, "-n", "-n", "1", "tag"},
    // Among the patterns, so that they keep their places.
    Spelling{Form::alone, "--and", "-e", kGrepAnd, "grep"},
    Spelling{Form::alone, "--or", "-e", kGrepOr, "grep"},
    Spelling{Form::alone, "--not", "-e", kGrepNot, "grep"},
    Spelling{Form::alone, "(", "-e", kGrepOpen, "grep"},
    Spelling{Form::alone, ")", "-e", kGrepClose, "grep"},
};

// What git has and what asks for nothing but what is done anyway.
struct Needless {
  std::string_view verbs;
  std::string_view options;
};
constexpr std::array kNeedless{
    Needless{"merge",
             "--no-edit --no-stat -n --no-log --no-squash --no-autostash --no-rerere-autoupdate "
             "--no-signoff --no-verify-signatures --no-gpg-sign --commit --verify --progress "
             "--no-progress --overwrite-ignore"},
    Needless{"switch",
             "--no-guess --no-track --no-progress --no-recurse-submodules --no-merge "
             "--overwrite-ignore"},
    Needless{"restore",
             "-W --worktree --no-staged --no-overlay --no-progress --no-merge "
             "--no-recurse-submodules"},
    Needless{"commit",
             "--no-gpg-sign --no-post-rewrite --no-signoff --no-fixup --no-squash --no-patch "
             "--no-interactive --no-include --no-only -o --only --status --no-status"},
    Needless{"diff log show",
             "--no-ext-diff --no-textconv --no-relative --indent-heuristic --no-color-moved-ws "
             "--no-notes --no-show-signature --no-mailmap "
             "--no-use-mailmap --no-graph --no-follow --no-rename-empty "
             "--no-function-context --default-prefix --full-index --no-inter-hunk-context "
             "--diff-algorithm=myers --diff-algorithm=default --no-compact-summary --no-minimal"},
    Needless{"log", "--date-order --do-walk"},
    Needless{"blame", "--no-progress --no-show-stats --no-incremental --no-color-lines"},
    Needless{"status", "--no-ahead-behind --no-column --no-renames --no-show-stash --no-verbose"},
    Needless{"branch", "--no-track --no-column --no-edit-description --no-format"},
    Needless{"tag", "--no-sign --no-column --no-create-reflog --no-local-user --no-format"},
    Needless{"clone init", "--no-hardlinks --no-progress --no-template --no-bare --no-shallow"},
    Needless{"gc", "--no-aggressive --no-cruft --no-keep-largest-pack"},
    Needless{"fsck", "--no-progress --full --strict --no-dangling --no-unreachable --cache"},
    Needless{"grep", "--no-textconv --no-recurse-submodules --no-cached --index"},
    Needless{"add rm mv",
             "--no-sparse --no-renormalize --no-intent-to-add --no-pathspec-from-file"},
};

// What git has and hn does another way.
struct Answered {
  std::string_view verb;
  std::string_view options;
  std::string_view why;
  std::string_view way;
};
constexpr std::array kAnswered{
    Answered{"merge", "--abort --quit", "a merge is never half done",
             "hn commit records it; to have nothing of it: hn switch --force BRANCH"},
    Answered{"merge", "--continue", "a merge is never half done",
             "edit what is in conflict, or hn resolve; then: hn commit"},
    Answered{"merge", "--squash --no-commit", "a merge is recorded as one",
             "take the files alone with hn restore --source REV PATH, then: hn commit"},
    Answered{"switch", "--detach -d", "a working tree stands on a branch",
             "hn switch -c NAME REV; hn branch -d NAME is as quick as leaving it"},
    Answered{"switch", "--orphan", "a working tree stands on a commit",
             "hn init makes a new history"},
    Answered{"branch", "-m -M --move", "a branch keeps its name",
             "hn branch NEW OLD && hn switch NEW && hn branch -d OLD"},
    Answered{"branch", "-c -C --copy", "a copy is a new branch", "hn branch NEW OLD"},
    Answered{"branch", "-r --remotes", "all branches are here", "hn branch lists them"},
    Answered{"branch", "-t --track -u --set-upstream-to --unset-upstream",
             "branches follow no other branch", "hn sync brings what others did"},
    Answered{"tag", "-s --sign -u --local-user -v --verify",
             "every device signs what it publishes by itself", "hn fsck checks the signatures"},
    Answered{"diff", "--minimal --patience --histogram --diff-algorithm --anchored",
             "lines are compared in one way, git's default", "hn diff without it"},
    Answered{"log", "--minimal --patience --histogram --diff-algorithm --anchored",
             "lines are compared in one way, git's default", "hn log -p without it"},
    Answered{"show", "--minimal --patience --histogram --diff-algorithm --anchored",
             "lines are compared in one way, git's default", "hn show without it"},
    Answered{"log", "-g --walk-reflogs --reflog", "where a branch stood is no list of commits",
             "BRANCH@{1} and BRANCH@{yesterday} name it: hn log BRANCH@{1}"},
    Answered{"log", "--remotes", "all branches are here", "hn log --branches"},
    Answered{"log", "-m --remerge-diff", "a merge is compared with all of its parents at once",
             "hn log --cc; --first-parent -p shows what it brought, --merged what nobody decided"},
    Answered{"show", "-m --remerge-diff", "a merge is compared with all of its parents at once",
             "hn show; --first-parent shows what it brought"},
    Answered{"diff", "--cached --staged", "there is no staging area", "hn diff HEAD"},
    Answered{"describe", "--all", "a branch moves, a tag stays", "hn describe --tags"},
    Answered{"describe", "--contains", "a name is made of a tag that leads to the commit",
             "hn tag --contains REV lists those that it leads to"},
    Answered{"commit", "--fixup --squash", "hn rewrites no history that others have",
             "hn commit --amend replaces the last commit"},
    Answered{"commit", "-p --patch -i --interactive", "a commit takes whole files",
             "hn commit PATH records what is named"},
    Answered{"commit", "-S --gpg-sign", "every device signs what it publishes by itself", ""},
    Answered{"clean", "-i --interactive", "nothing ever asks a question",
             "hn clean lists, -f removes"},
    Answered{"add", "-p --patch -i --interactive -u --update", "there is no staging area",
             "hn commit PATH records what is named"},
};

// Whether `one` is among the words of `all`.
bool is_among(std::string_view all, std::string_view one) {
  const std::string words = " " + std::string(all) + " ";
  return words.find(" " + std::string(one) + " ") != words.npos;
}

void refuse_answered(const Command& command, std::string_view word) {
  const std::string_view name = word.substr(0, word.find('='));
  for (const Answered& row : kAnswered) {
    if (row.verb == command.name && is_among(row.options, name) && !has_option(command, name))
      throw Failure(Code::usage, std::string(name) + ": " + std::string(row.why),
                    std::string(row.way));
  }
}

bool is_needless(const Command& command, std::string_view word) {
  return std::ranges::any_of(kNeedless, [&](const Needless& row) {
    return is_among(row.verbs, command.name) && is_among(row.options, word);
  });
}

std::vector<std::string_view> long_names(const Option& option) {
  std::vector<std::string_view> out;
  std::string_view rest = option.names;
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    if (rest.starts_with("--")) out.push_back(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return out;
}

std::string negated(std::string_view name) {
  return name.starts_with("--no-") ? "--" + std::string(name.substr(5))
                                   : "--no-" + std::string(name.substr(2));
}

const Option* option_of(const Command& command, std::string_view name) {
  const auto at = std::ranges::find_if(command.options, [&](const Option& option) {
    const std::string names = "," + std::string(option.names) + ",";
    return names.find("," + std::string(name) + ",") != names.npos;
  });
  return at == command.options.end() ? nullptr : &*at;
}

// Whether a word is an option whose value is the next word.
bool wants_value(const Command& command, std::string_view word) {
  const Option* option = option_of(command, word);
  return option != nullptr && !option->value.empty();
}

// The same of a word that may be several short options, of which the last one decides.
bool ends_in_option_with_value(const Command& command, std::string_view word) {
  if (!word.starts_with('-') || word.starts_with("--")) return wants_value(command, word);
  for (std::size_t i = 1; i < word.size(); ++i)
    if (wants_value(command, "-" + std::string(1, word[i]))) return i + 1 == word.size();
  return false;
}

// An option of the same name that takes no value needs none.
bool is_for(const Command& command, const Spelling& spelling) {
  if (!spelling.verb.empty() && spelling.verb != command.name) return false;
  return spelling.value.empty() ? has_option(command, spelling.option)
                                : wants_value(command, spelling.option);
}

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_spelled(const Command& command, std::string_view word) {
  return std::ranges::any_of(kSpellings, [&](const Spelling& spelling) {
    if (!is_for(command, spelling)) return false;
    if (spelling.form == Form::digits) return is_number(word.substr(1));
    return spelling.form == Form::stuck ? word.starts_with(spelling.typed) : word == spelling.typed;
  });
}

// Behind short options that take no value may stand what only this table can read: "-n2" is "-n"
// and "-2", "-su" is "-s" and "-u". Leaves the former.
std::optional<std::string> split_off(const Command& command, std::string& word) {
  if (!word.starts_with('-') || word.starts_with("--") || is_spelled(command, word))
    return std::nullopt;
  for (std::size_t i = 1; i < word.size(); ++i) {
    const Option* option = option_of(command, "-" + std::string(1, word[i]));
    std::string rest = "-" + word.substr(i);
    if (i > 1 && is_spelled(command, rest)) {
      word.resize(i);
      return rest;
    }
    if (option == nullptr || !option->value.empty()) return std::nullopt;
  }
  return std::nullopt;
}

// The parser takes "--force=no" for --force.
void refuse_value_of_flag(const Command& command, std::string_view word) {
  const std::size_t equals = word.find('=');
  if (!word.starts_with("--") || equals == word.npos) return;
  const std::string_view name = word.substr(0, equals);
  const Option* option = option_of(command, name);
  if (option == nullptr) option = option_of(command, negated(name));
  const bool is_help = option == nullptr && name == "--help";
  if (is_help || (option != nullptr && option->value.empty()))
    throw Failure(Code::usage, "option '" + std::string(name.substr(2)) + "' takes no value",
                  usage_line(command));
}

constexpr std::string_view kDiffForms =
    "-p -u --patch --numstat --shortstat --name-only --name-status -U --unified "
    "--compact-summary --patch-with-stat --patch-with-raw";

bool shows_changes(std::string_view word) {
  if (word.starts_with("--stat") || word.starts_with("-U")) return true;
  return is_among(kDiffForms, word.substr(0, word.find('=')));
}

// As in git, -s holds until a form of showing changes is asked for behind it.
void drop_overruled_silence(const Command& command, std::vector<std::string>& words) {
  if (!has_option(command, "--no-patch")) return;
  const auto end = std::ranges::find(words, "--");
  auto last = end;
  for (auto at = words.begin(); at != end; ++at) {
    if (at != words.begin() && ends_in_option_with_value(command, *std::prev(at))) continue;
    if (shows_changes(*at)) last = at;
  }
  if (last == end) return;
  const auto kept = std::remove_if(words.begin(), last, [](const std::string& word) {
    return word == "-s" || word == "--no-patch";
  });
  words.erase(kept, last);
}

void spell_out(const Spelling& spelling, std::string& word, bool is_last) {
  const std::string option(spelling.option);
  const std::string equals = option.starts_with("--") ? "=" : "";
  switch (spelling.form) {
    case Form::digits:
      if (word.starts_with('-') && is_number(std::string_view(word).substr(1)))
        word = option + "=" + word.substr(1);
      break;
    case Form::alone:
      if (word == spelling.typed)
        word = spelling.value.empty() ? option : option + equals + std::string(spelling.value);
      break;
    case Form::last:
      if (word == spelling.typed && is_last) word = option + equals + std::string(spelling.value);
      break;
    case Form::stuck:
      if (word.starts_with(spelling.typed) && word.size() > spelling.typed.size())
        word = option + "=" + word.substr(spelling.typed.size());
      break;
  }
}

// The options that a word begins, each by one name, sorted.
std::vector<std::string> begun_by(const Command& command, std::string_view word) {
  std::vector<std::string> out;
  for (const Option& option : command.options) {
    std::vector<std::string> names;
    for (const std::string_view name : long_names(option)) {
      names.emplace_back(name);
      const std::string other = negated(name);
      if (option.value.empty() && !has_option(command, other)) names.push_back(other);
    }
    const auto at = std::ranges::find_if(
        names, [&](const std::string& name) { return name.starts_with(word); });
    if (at != names.end()) out.push_back(*at);
  }
  if (std::string_view("--help").starts_with(word)) out.emplace_back("--help");
  for (const Spelling& spelling : kSpellings) {
    if (spelling.form == Form::alone && spelling.typed.starts_with(word) &&
        is_for(command, spelling) && !has_option(command, spelling.typed))
      out.emplace_back(spelling.typed);
  }
  std::ranges::sort(out);
  return out;
}

bool is_known(const Command& command, std::string_view name) {
  const bool is_spelling = std::ranges::any_of(kSpellings, [&](const Spelling& spelling) {
    return spelling.typed == name && is_for(command, spelling);
  });
  const bool is_long = name.starts_with("--") && name.size() > 2;
  return is_spelling || has_option(command, name) ||
         (is_long && has_option(command, negated(name)));
}

// A long option may be cut as long as it is no other's beginning.
void complete(const Command& command, std::string& word) {
  const std::size_t end = std::min(word.find('='), word.size());
  const std::string name = word.substr(0, end);
  if (!name.starts_with("--") || name.size() < 3 || is_known(command, name)) return;
  const std::vector<std::string> begun = begun_by(command, name);
  if (begun.empty()) return;
  if (begun.size() > 1) {
    std::string all;
    for (const std::string& one : begun) all += (all.empty() ? "" : " ") + one;
    throw Failure(Code::usage, "'" + name + "' is the beginning of several options", all);
  }
  word = begun.front() + word.substr(end);
}

// As in git, of a count below zero there is no limit.
void drop_no_limit(std::vector<std::string>& words) {
  const auto is_below_zero = [](std::string_view text) {
    return text.starts_with('-') && is_number(text.substr(1));
  };
  for (auto at = words.begin(); at != words.end() && *at != "--";) {
    std::string_view rest = *at;
    for (const std::string_view name : {"--max-count=", "--number=", "-n"})
      if (rest.starts_with(name)) rest.remove_prefix(name.size());
    const bool is_name = *at == "-n" || *at == "--max-count" || *at == "--number";
    const bool next = is_name && std::next(at) != words.end() && is_below_zero(*std::next(at));
    const bool here = rest.size() < at->size() && is_below_zero(rest);
    if (next || here)
      at = words.erase(at, at + (next ? 2 : 1));
    else
      ++at;
  }
}

// Behind --not a revision is left out, and one that was left out counts; up to the next --not.
void turn_behind_not(std::vector<std::string>& words) {
  bool turned = false;
  for (auto at = words.begin(); at != words.end() && *at != "--";) {
    if (*at == "--not") {
      turned = !turned;
      at = words.erase(at);
      continue;
    }
    if (turned && at->starts_with('-'))
      throw Failure(Code::usage, "--not: " + *at + " cannot stand behind it",
                    "options stand before, and --exclude leaves out branches and tags");
    if (turned) *at = at->starts_with('^') ? at->substr(1) : "^" + *at;
    ++at;
  }
}

std::string opposite_of(std::string_view key) {
  for (const std::string_view both : {"merged", "contains"})
    if (key == both || key == "no-" + std::string(both)) return "";
  if (key == "patch" || key == "no-patch" || key == "merges" || key == "no-merges") return "";
  return negated("--" + std::string(key)).substr(2);
}

}  // namespace

std::string names_both_ways(const Command& command, const Option& flag) {
  std::string out(flag.names);
  for (const std::string_view name : long_names(flag)) {
    const std::string other = negated(name);
    if (!has_option(command, other)) out += ",!" + other;
  }
  return out;
}

bool takes_back(std::string_view later, std::string_view earlier) {
  constexpr std::string_view kFinding = "find-renames find-copies M C";
  if (later == "no-renames" && is_among(kFinding, earlier)) return true;
  if (earlier == "no-renames" && is_among(kFinding, later)) return true;
  // What becomes of files that are not text.
  if ((later == "text" && earlier == "I") || (later == "I" && earlier == "text")) return true;
  return later == opposite_of(earlier);
}

bool has_option(const Command& command, std::string_view name) {
  return option_of(command, name) != nullptr;
}

void spell_out(const Command& command, std::vector<std::string>& words) {
  if (has_option(command, "--no-walk")) {
    drop_no_limit(words);
    turn_behind_not(words);
  }
  // As git has it: twice is harder.
  const auto dashes = std::ranges::find(words, "--");
  if (has_option(command, "--find-copies-harder") && std::count(words.begin(), dashes, "-C") > 1)
    words.insert(words.begin(), "--find-copies-harder");
  bool is_value = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (std::exchange(is_value, false)) continue;
    if (words[i] == "--") break;
    if (!is_known(command, words[i]) && is_needless(command, words[i])) {
      words.erase(words.begin() + static_cast<std::ptrdiff_t>(i--));
      continue;
    }
    refuse_answered(command, words[i]);
    complete(command, words[i]);
    if (auto rest = split_off(command, words[i]))
      words.insert(words.begin() + static_cast<std::ptrdiff_t>(i) + 1, *std::move(rest));
    std::string& word = words[i];
    for (const Spelling& spelling : kSpellings)
      if (is_for(command, spelling)) spell_out(spelling, word, i + 1 == words.size());
    refuse_value_of_flag(command, word);
    is_value = ends_in_option_with_value(command, word);
  }
  drop_overruled_silence(command, words);
}

}  // namespace hn::cli
