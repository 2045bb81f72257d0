#include "merge_report.hpp"

#include <algorithm>
#include <ostream>

#include "hn/base/text.hpp"
#include "short_status.hpp"

namespace hn::cli {
namespace {

using How = repo::MergedPath::How;

std::string in_words(const repo::MergedPath& path) {
  std::string out = path.how == How::conflict ? "in conflict" : "merged";
  if (path.policy) out += " by " + std::string(merge::name_of(*path.policy));
  if (path.how == How::conflict && path.sides > 2)
    out += ", " + std::to_string(path.sides) + " sides";
  if (!path.from.empty()) out += ", followed from " + shown_path(path.from);
  return out;
}

// With escapes that bash, zsh and others know, for what must not reach a terminal as it is.
std::string escaped_for_shell(const std::string& word) {
  std::string out = "$'";
  for (const char c : word) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f && c != '\\' && c != '\'') {
      out += c;
      continue;
    }
    out += '\\';
    for (const unsigned shift : {6U, 3U, 0U}) out += static_cast<char>('0' + (byte >> shift & 7U));
  }
  return out + "'";
}

// A word that a shell leaves as it is.
std::string for_shell(const std::string& word) {
  if (escape_controls(word) != word) return escaped_for_shell(word);
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./@%+=,-";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// As an argument PATH that means this path alone.
std::string for_pathspec(const std::string& path) {
  const bool is_plain = path.find_first_of("*?[\\") == std::string::npos && path[0] != ':';
  return is_plain ? path : ":(literal)" + path;
}

}  // namespace

MergeReport::MergeReport(const Context& context, repo::Repository& repository)
    : context_(context), repository_(repository), publishers_(repo::publishers(repository)) {}

std::string MergeReport::from(const object::Id& head) {
  const auto at = publishers_.find(head);
  if (at != publishers_.end())
    return escape_controls(repo::label_of(repository_.view(), at->second));
  const auto commit =
      repo::require(object::read_commit(repository_.store(), head), "reading a commit");
  return commit.auto_merge ? "(auto-merge)" : escape_controls(commit.author.name);
}

std::vector<MergeReport::Side> MergeReport::sides(const object::Id& commit,
                                                  const std::string& path) {
  std::vector<Side> out;
  for (const object::Id& head : repo::sides_from(repository_, commit, path)) {
    const std::string who = from(head);
    out.push_back({head, who, who});
  }
  for (Side& side : out) {
    if (std::ranges::count(out, side.from, &Side::from) == 1) continue;
    const auto made =
        repo::require(object::read_commit(repository_.store(), side.commit), "reading a commit");
    side.told += " (" + short_id(side.commit) + " " + subject_of(made) + ")";
  }
  return out;
}

std::string MergeReport::counts(const repo::MergeAccount& account) {
  std::size_t merged = 0;
  std::size_t followed = 0;
  std::size_t chosen = 0;
  for (const repo::MergedPath& path : account.paths) {
    if (path.how == How::merged) ++merged;
    if (path.how == How::chosen) ++chosen;
    if (!path.from.empty()) ++followed;
  }
  std::string out;
  const auto add = [&](const std::string& text) { out += (out.empty() ? "" : ", ") + text; };
  if (merged > 0) add(count_of(merged, "path") + " merged by rule");
  if (chosen > 0) add(std::to_string(chosen) + " taken whole from one head by policy");
  if (followed > 0) add(count_of(followed, "renamed file") + " followed");
  if (account.conflicts() > 0) add(std::to_string(account.conflicts()) + " in conflict");
  return out;
}

void MergeReport::print(const repo::MergeAccount& account) {
  context_.out << "\n";
  for (const object::Id& head : account.heads) {
    const auto commit =
        repo::require(object::read_commit(repository_.store(), head), "reading a commit");
    const std::string who = from(head);
    const std::string author = escape_controls(commit.author.name);
    context_.out << "    " << short_id(head) << " from " << who;
    if (!commit.auto_merge && author != who) context_.out << " (" << author << ")";
    context_.out << ": " << subject_of(commit) << "\n";
  }
  for (const repo::MergedPath& path : account.paths) print_path(account, path);
  if (account.taken > 0) {
    context_.out << "  " << count_of(account.taken, account.paths.empty() ? "path" : "other path")
                 << " as one head has " << (account.taken == 1 ? "it" : "them") << "\n";
  }
}

void MergeReport::print_path(const repo::MergeAccount& account, const repo::MergedPath& path) {
  const Paint p = paint(context_);
  const bool open = path.how == How::conflict;
  context_.out << "  " << (open ? p.red : p.green) << shown_path(path.path) << p.off << ": "
               << (path.how == How::chosen ? chosen_in_words(account, path) : in_words(path))
               << "\n";
}

void MergeReport::print_settled(const repo::MergeAccount& account, std::size_t max) {
  std::vector<const repo::MergedPath*> order;
  for (const repo::MergedPath& path : account.paths)
    if (path.how != How::conflict) order.push_back(&path);
  std::stable_partition(order.begin(), order.end(),
                        [](const repo::MergedPath* path) { return path->how == How::chosen; });
  for (std::size_t i = 0; i < order.size() && i < max; ++i) print_path(account, *order[i]);
  if (order.size() > max)
    context_.out << "  and " << count_of(order.size() - max, "more path") << "\n";
}

std::string MergeReport::chosen_in_words(const repo::MergeAccount& account,
                                         const repo::MergedPath& path) {
  std::string out =
      from(account.heads[path.winner]) + "'s by " + std::string(merge::name_of(*path.policy));
  for (const repo::MergedPath::Lost& lost : path.losers) {
    const object::Id& head = account.heads[lost.head];
    out += "; " + from(head) + "'s is back with: " + command(head, lost);
  }
  return out;
}

std::string MergeReport::command(const object::Id& head, const repo::MergedPath::Lost& lost) const {
  const std::string path = for_pathspec(path_from(context_.folder_in(repository_), lost.path));
  return "hn restore --source " + short_id(head) + (path[0] == '-' ? " -- " : " ") +
         for_shell(path);
}

Json MergeReport::path_json(const repo::MergeAccount& account, const repo::MergedPath& path) {
  Json row;
  put_text(row, "path", path.path);
  row["rule"] = path.how == How::conflict ? "conflict"
                : path.how == How::chosen ? "chosen"
                                          : "merged";
  if (path.policy) row["policy"] = merge::name_of(*path.policy);
  if (path.how == How::conflict) row["sides"] = path.sides;
  if (!path.from.empty()) put_text(row, "renamed_from", path.from);
  if (path.how != How::chosen) return row;
  put_text(row, "winner", from(account.heads[path.winner]));
  row["losers"] = Json::array();
  for (const repo::MergedPath::Lost& lost : path.losers) {
    const object::Id& head = account.heads[lost.head];
    Json loser;
    loser["commit"] = object::to_hex(head);
    put_text(loser, "from", from(head));
    put_text(loser, "path", lost.path);
    put_text(loser, "restore", command(head, lost));
    row["losers"].push_back(std::move(loser));
  }
  return row;
}

Json MergeReport::json(const repo::MergeAccount& account) {
  Json out;
  out["heads"] = Json::array();
  for (const object::Id& head : account.heads) {
    Json row;
    row["commit"] = object::to_hex(head);
    put_text(row, "from", from(head));
    out["heads"].push_back(std::move(row));
  }
  out["paths"] = Json::array();
  for (const repo::MergedPath& path : account.paths)
    out["paths"].push_back(path_json(account, path));
  out["taken"] = account.taken;
  return out;
}

}  // namespace hn::cli
