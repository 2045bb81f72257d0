#include <algorithm>
#include <ostream>

#include "described.hpp"
#include "hn/repo/revision.hpp"
#include "hn/repo/status.hpp"
#include "output.hpp"

namespace hn::cli {
namespace {

std::vector<Glob> globs_of(const Given& given, const char* option) {
  std::vector<Glob> out;
  for (const std::string& text : given.values(option)) out.emplace_back(text, false);
  return out;
}

struct Line {
  std::string text;
  object::Id commit;
  std::optional<repo::Description> found;
};

Line line_of(const repo::Repository& repository, const Given& given, const std::string& word,
             const object::Id& commit) {
  DescribeOptions options;
  options.all_tags = given.has("tags");
  options.long_form = given.has("long");
  options.digits = given.number("abbrev", UINT32_MAX);
  options.meant = globs_of(given, "match");
  options.left_out = globs_of(given, "exclude");
  const auto found = described(repository, commit, options);
  const bool exact = found && found->found.distance == 0;
  if ((!found && !given.has("always")) || (given.has("exact-match") && !exact)) {
    throw Failure(Code::not_found,
                  "no tag " + std::string(found ? "stands at '" : "leads to '") + word + "'",
                  "--tags takes tags without a message too; --always prints the id then");
  }
  if (found) return {found->text, commit, found->found};
  return {options.digits == 0 ? object::to_hex(commit) : options.id_of(commit), commit, {}};
}

// As in a diff, a new file is no change.
bool is_dirty(repo::Repository& repository) {
  return std::ranges::any_of(repo::status(repository).changes,
                             [](const worktree::Change& change) { return !change.added(); });
}

int run(Context& context, const Given& given) {
  repo::Repository repository = context.open();
  std::vector<std::string> words = given.values("REV");
  const auto mark = given.value("dirty");
  if (mark && !words.empty())
    throw Failure(Code::usage, "--dirty is about the working tree, not about revisions");
  if (given.has("json") && words.size() > 1)
    throw Failure(Code::usage, "--json describes one commit");
  if (given.has("long") && given.value("abbrev") == "0")
    throw Failure(Code::usage, "--long and --abbrev=0 exclude each other");
  if (words.empty()) words.emplace_back("HEAD");
  for (const std::string& word : words) {
    Line at = line_of(repository, given, word, repo::resolve_commit(repository, word));
    if (mark && is_dirty(repository)) at.text += escape_controls(*mark);
    if (!given.has("json")) {
      context.out << at.text << "\n";
      continue;
    }
    Json out;
    put_text(out, "text", at.text);
    out["commit"] = object::to_hex(at.commit);
    if (at.found) put_text(out, "tag", at.found->tag);
    if (at.found) out["distance"] = at.found->distance;
    print(context, out);
  }
  return 0;
}

}  // namespace

Command cmd_describe() {
  return {"describe",
          "Name a commit after the nearest tag",
          {{"--tags", "", "tags without a message too"},
           {"--long", "", "distance and id also where a tag stands there"},
           {"--exact-match", "", "only a tag that stands there"},
           {"--always", "", "the short id where no tag leads there"},
           {"--abbrev", "N", "N digits of the id, 0 for the tag alone"},
           {"--match", "PATTERN", "tags alone that it matches", Offers::nothing, "", true},
           {"--exclude", "PATTERN", "no tags that it matches", Offers::nothing, "", true},
           {"--dirty", "MARK", "what stands behind it where the working tree differs"},
           {"--json", "", "as JSON"}},
          {{"REV", "the commits (else the working tree's)", 0, kMany, Offers::revisions}},
          run};
}

}  // namespace hn::cli
