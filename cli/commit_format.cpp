#include "commit_format.hpp"

#include <algorithm>
#include <array>

#include "hn/base/text.hpp"
#include "hn/repo/branches.hpp"
#include "hn/repo/dates.hpp"

namespace hn::cli {
namespace {

std::string_view without_end(std::string_view text) {
  while (!text.empty() && std::string_view(" \t\r\n\v\f").find(text.back()) != text.npos)
    text.remove_suffix(1);
  return text;
}

std::string abbreviated(const std::vector<object::Id>& ids, std::size_t digits) {
  std::string out;
  for (const object::Id& id : ids) out += " " + object::to_hex(id).substr(0, digits);
  return out;
}

std::string raw_person(const object::Person& who) {
  return escape_controls(who.name) + " <" + escape_controls(who.email) + "> " +
         std::to_string(who.time.seconds) + " " + repo::format_zone(who.time.zone_minutes);
}

}  // namespace

Decorations decorations(repo::Repository& repository, Decorated how) {
  const bool full = how == Decorated::full;
  const std::string branch_prefix = full ? "refs/heads/" : "";
  Decorations out;
  const auto standing = repository.worktree();
  std::optional<std::string> current;
  std::vector<std::pair<object::Id, std::string>> branches;
  for (const repo::BranchLine& line : repo::branches(repository)) {
    const repo::Tip tip = repo::tip_of(repository, line.branch);
    if (!tip.commit) continue;
    if (standing && standing->branch == line.branch && standing->base == tip.commit)
      current = branch_prefix + line.shown;
    else
      branches.emplace_back(*tip.commit, branch_prefix + line.shown);
  }
  if (standing && standing->base)
    out[*standing->base].push_back(current ? "HEAD -> " + *current : "HEAD");
  std::vector<repo::TagLine> tags = repo::tags(repository);
  std::reverse(tags.begin(), tags.end());
  for (const repo::TagLine& tag : tags) {
    log::Target at = tag.target;
    for (int depth = 0; at.kind == object::Kind::tag && depth < 64; ++depth) {
      const auto next = object::read_tag(repository.store(), at.id);
      if (!next) break;
      at = {next->target_kind, next->target};
    }
    if (at.kind == object::Kind::commit)
      out[at.id].push_back((full ? "tag: refs/tags/" : "tag: ") + tag.shown);
  }
  std::reverse(branches.begin(), branches.end());
  for (const auto& [id, name] : branches) out[id].push_back(name);
  return out;
}

CommitFormat CommitFormat::parse(const std::string& text) {
  constexpr std::array kNames{std::pair{"oneline", Kind::oneline}, std::pair{"short", Kind::brief},
                              std::pair{"medium", Kind::medium},   std::pair{"full", Kind::full},
                              std::pair{"fuller", Kind::fuller},   std::pair{"raw", Kind::raw}};
  CommitFormat out;
  for (const auto& [name, kind] : kNames) {
    if (text == name) return out.kind_ = kind, out;
  }
  if (text == "reference") {
    out.kind_ = Kind::lines;
    out.text_ = "%h (%s, %as)";
  } else if (text.starts_with("format:")) {
    out.kind_ = Kind::text;
    out.text_ = text.substr(7);
  } else if (text.starts_with("tformat:") || text.find('%') != text.npos || text.empty()) {
    out.kind_ = Kind::lines;
    out.text_ = text.starts_with("tformat:") ? text.substr(8) : text;
  } else {
    throw Failure(Code::invalid, "there is no format '" + text + "'",
                  "oneline, short, medium, full, fuller, raw, reference, or format:TEXT");
  }
  require_fields(out.text_);
  return out;
}

bool CommitFormat::has_field(char name) const {
  std::string_view rest = text_;
  for (std::size_t at = rest.find('%'); at != rest.npos; at = rest.find('%')) {
    rest.remove_prefix(at + 1);
    if (rest.starts_with('+') || rest.starts_with('-') || rest.starts_with(' '))
      rest.remove_prefix(1);
    if (rest.starts_with(name)) return true;
    if (!rest.empty()) rest.remove_prefix(1);
  }
  return false;
}

void CommitFormat::header(std::string& out, const Context& context, const object::Id& id,
                          const std::vector<object::Id>& parents) const {
  const Paint p = paint(context);
  const bool one_line = kind_ == Kind::oneline;
  const std::size_t shown_digits = abbreviate ? digits : std::string::npos;
  out.append(p.yellow);
  if (!one_line) out += "commit ";
  if (const char sign = marks && !drawn ? marks->front_sign(id) : '\0'; sign != '\0')
    (out += sign) += ' ';
  out += object::to_hex(id).substr(0, shown_digits);
  if (marks) out += marks->kin(id, parents, shown_digits);
  out.append(p.off);
  if (const std::string source = marks ? marks->source(id) : ""; !source.empty())
    out += "\t" + escape_controls(source);
  const auto at = names.find(id);
  if (decorate && at != names.end()) {
    out += decorated(at->second, context.colour, " (", ")");
  }
  out += one_line ? " " : "\n";
}

std::string CommitFormat::marked(std::string_view text, CommitFilter::Part part) const {
  return hits ? hits->shown(text, part)
              : escape_controls(text, part == CommitFilter::Part::message);
}

std::string CommitFormat::person(const object::Person& who, CommitFilter::Part part) const {
  return marked(who.name, part) + " <" + marked(who.email, part) + ">";
}

// Tabs as far as the next multiple of eight columns.
std::string CommitFormat::untabbed(std::string_view line) const {
  std::string out;
  std::size_t columns = 0;
  for (;;) {
    const std::size_t tab = line.find('\t');
    out += marked(line.substr(0, tab), CommitFilter::Part::message);
    if (tab == line.npos) return out;
    columns += columns_of(line.substr(0, tab));
    const std::size_t blanks = 8 - columns % 8;
    out.append(blanks, ' ');
    columns += blanks;
    line.remove_prefix(tab + 1);
  }
}

// The message, four columns in. `subject_only`: its first paragraph.
std::string CommitFormat::indented(std::string_view message, bool tabs, bool subject_only) const {
  std::string out;
  bool first = true;
  while (!message.empty()) {
    const std::size_t end = message.find('\n');
    const std::string_view line = without_end(message.substr(0, end));
    message.remove_prefix(end == message.npos ? message.size() : end + 1);
    if (line.empty() && first) continue;
    if (line.empty() && subject_only) break;
    first = false;
    out += "    " + (tabs ? untabbed(line) : marked(line, CommitFilter::Part::message)) + "\n";
  }
  return std::string(without_end(out));
}

std::string CommitFormat::shown_line(const Context& context, const object::Id& id,
                                     std::string_view subject) const {
  std::string out;
  header(out, context, id, {});
  return out += marked(subject, CommitFilter::Part::message);
}

std::string CommitFormat::shown(const Context& context, const object::Id& id,
                                const object::Commit& commit) const {
  if (is_user_format()) return expanded(text_, context, id, commit, *this);
  std::string out;
  header(out, context, id, commit.parents);
  if (kind_ == Kind::oneline) {
    const bool told = !commit.auto_merge || !commit.message.empty();
    return out +
           (told ? marked(subject_line(commit), CommitFilter::Part::message) : subject_of(commit));
  }
  if (kind_ == Kind::raw) {
    out += "tree " + object::to_hex(commit.tree) + "\n";
    for (const object::Id& parent : commit.parents)
      out += "parent " + object::to_hex(parent) + "\n";
    out += "author " + raw_person(commit.author) + "\ncommitter " + raw_person(commit.committer) +
           "\n\n" + indented(commit.message, false, false);
    return std::string(without_end(out));
  }
  if (commit.parents.size() > 1) out += "Merge:" + abbreviated(commit.parents, digits) + "\n";
  if (commit.auto_merge)
    out += "Auto-merge: by rule, of " + count_of(commit.parents.size(), "head") + "\n";
  const WallTime now = context.world.clock.wall();
  const bool fuller = kind_ == Kind::fuller;
  if (!commit.auto_merge) {
    const std::string committer = person(commit.committer, CommitFilter::Part::committer);
    out += (fuller ? "Author:     " : "Author: ") +
           person(commit.author, CommitFilter::Part::author) + "\n";
    if (fuller) out += "AuthorDate: " + date.shown(commit.author.time, now) + "\n";
    if (kind_ == Kind::full) out += "Commit: " + committer + "\n";
    if (fuller) out += "Commit:     " + committer + "\n";
  }
  const WallTime& time = commit.auto_merge ? commit.committer.time : commit.author.time;
  if (fuller) out += "CommitDate: " + date.shown(commit.committer.time, now) + "\n";
  if (kind_ == Kind::medium) out += "Date:   " + date.shown(time, now) + "\n";
  out += "\n" + indented(commit.message, kind_ != Kind::brief, kind_ == Kind::brief);
  return std::string(without_end(out));
}

}  // namespace hn::cli
