#include "words.hpp"

#include <algorithm>

#include "hn/object/tree.hpp"
#include "hn/repo/revision.hpp"
#include "hn/repo/revision_text.hpp"
#include "hn/repo/working_tree.hpp"
#include "paths.hpp"

namespace hn::cli {
namespace {

bool is_in(const Context& context, const repo::Repository& repository,
           const std::optional<object::Id>& commit, const std::string& word) {
  const auto tree = repo::tree_of(repository.store(), commit);
  if (!tree || word.empty()) return false;
  const std::string& root = repository.layout().root;
  const std::string full = context.absolute(word);
  if (full == root) return true;
  if (!full.starts_with(root + "/")) return false;
  const auto found = object::find_path(repository.store(), *tree, full.substr(root.size() + 1));
  return found && found->has_value();
}

bool is_in_base(const Context& context, const repo::Repository& repository,
                const std::string& word) {
  const auto standing = repository.worktree();
  return is_in(context, repository, standing ? standing->base : std::nullopt, word);
}

// Whether one of the revisions has such a path: what is gone here may be what one looks for.
bool is_in_one_of(const Context& context, repo::Repository& repository,
                  const std::vector<std::string>& revisions, const std::string& word) {
  repo::CommitSet set;
  for (const std::string& revision : revisions) {
    const auto parsed = repo::parse_revision(revision);
    if (!parsed || !parsed->path) repo::add_range(repository, revision, set);
  }
  set.with.insert(set.with.end(), set.without.begin(), set.without.end());
  return std::ranges::any_of(
      set.with, [&](const object::Id& commit) { return is_in(context, repository, commit, word); });
}

// Whether a word names something in the working tree, or in the commit that it stands on (what was
// deleted is worth a look too), or can be nothing but a path.
bool is_path(const Context& context, const repo::Repository& repository, const std::string& word) {
  if (word.starts_with("../") || word.starts_with("./") || word == "." || word == ".." ||
      word.starts_with('/'))
    return true;
  const bool literal = pathspec_rules(context).literal;
  const bool magic = word.starts_with(":(") || word.starts_with(":!") || word.starts_with(":^");
  if (magic && !literal) return true;
  if (word.starts_with(":/")) return false;
  const std::size_t open = word.find('[');
  const bool is_glob = word.find_first_of("*?") != word.npos ||
                       (open != word.npos && word.find(']', open) != word.npos);
  if (is_glob && !literal && word.find('{') == word.npos) return true;
  return context.world.fs.stat(context.absolute(word)) || is_in_base(context, repository, word);
}

// Nothing where it is a revision, else why not.
std::optional<Failure> why_no_revision(repo::Repository& repository, const std::string& word) {
  try {
    const repo::RangeText range = repo::parse_range(word);
    const auto parsed = repo::parse_revision(word);
    if (range.kind == repo::RangeText::Kind::one && parsed && parsed->path) {
      repo::resolve_path(repository, word);
    } else if (range.kind == repo::RangeText::Kind::one) {
      repo::resolve(repository, word);
    } else {
      repo::CommitSet ignored;
      repo::add_range(repository, word, ignored);
    }
    return std::nullopt;
  } catch (const Failure& failure) {
    if (failure.code() != Code::not_found && failure.code() != Code::invalid) throw;
    return failure;
  }
}

}  // namespace

std::string from_root(const Context& context, const repo::Repository& repository,
                      const std::string& word) {
  const auto revision = repo::parse_revision(word);
  if (!revision || !revision->path) return word;
  const std::string& path = *revision->path;
  const bool here =
      path == "." || path == ".." || path.starts_with("./") || path.starts_with("../");
  if (!here) return word;
  return word.substr(0, word.size() - path.size()) + context.in_repository(repository, path);
}

Words split_words(const Context& context, repo::Repository& repository, const Given& given,
                  std::string_view argument) {
  Words out;
  std::vector<std::string> words = given.values(argument);
  for (std::string& word : words) word = from_root(context, repository, word);
  std::vector<std::string> paths = given.values("--");
  const bool separated = given.has("--");
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const auto why = why_no_revision(repository, word);
    const bool path =
        !separated && (is_path(context, repository, word) ||
                       (why && is_in_one_of(context, repository, out.revisions, word)));
    if (path && !why) {
      throw Failure(Code::usage, "'" + word + "' is a revision and a path",
                    "-- stands between revisions and paths");
    }
    if (path) {
      paths.insert(paths.end(), words.begin() + static_cast<std::ptrdiff_t>(i), words.end());
      break;
    }
    const bool is_plain = word.find_first_of("@^~:{") == word.npos;
    if (why && !separated && is_plain && why->code() == Code::not_found) {
      throw Failure(
          Code::not_found, "'" + word + "' is no revision, and no path here",
          "hn log lists commits, hn branch branches; a path that is gone stands behind --");
    }
    if (why) throw *why;
    out.revisions.push_back(word);
  }
  if (!separated) {
    for (const std::string& word : paths) {
      if (!is_path(context, repository, word) &&
          !is_in_one_of(context, repository, out.revisions, word))
        throw Failure(Code::not_found, "there is no '" + word + "' here",
                      "a path that is gone stands behind --");
    }
  }
  out.paths = pathspec_of(context, repository, paths);
  out.path_words = std::move(paths);
  return out;
}

}  // namespace hn::cli
