#include <algorithm>

#include "hn/object/message.hpp"
#include "hn/store/history_index.hpp"

namespace hn::store {
namespace {

const char* wrong_in(const CommitFacts& facts, const Result<object::Commit>& commit,
                     std::uint64_t generation) {
  if (!commit) {
    if (commit.error().code == Code::damaged) return nullptr;
    return commit.error().code == Code::absent ? "the commit is not here" : "it is no commit";
  }
  if (facts.parents != commit->parents) return "its parents are others";
  if (facts.tree != commit->tree) return "its tree is another";
  if (facts.time != commit->committer.time.seconds) return "its time is another";
  if (facts.git != commit->git) return "its id in git is another";
  if (facts.generation != generation) return "its generation is another";
  return nullptr;
}

const char* wrong_in(const TagFacts& facts, const Result<object::Tag>& tag) {
  if (!tag) {
    if (tag.error().code == Code::damaged) return nullptr;
    return tag.error().code == Code::absent ? "the tag is not here" : "it is no tag";
  }
  return tag->git == facts.git ? nullptr : "its id in git is another";
}

bool is_subject_wrong(const HistoryIndex& index, std::uint32_t row,
                      const Result<object::Commit>& commit) {
  const std::string_view subject = index.subject_of(row);
  return !subject.empty() && commit && object::parts_of(commit->message).subject != subject;
}

// Whether its filter is that of what it changes; where a folder is not here nobody knows.
bool is_filter_wrong(const HistoryIndex& index, const object::BlockReader& reader,
                     std::uint32_t row, const std::vector<std::uint32_t>& parents) {
  const Bytes filter = index.filter_of(row);
  const auto own = index.tree_of(row);
  if (filter.empty() || !own) return false;
  CommitTrees trees{*own, {}, {}};
  if (!parents.empty() && !(trees.first = index.tree_of(parents[0]))) return false;
  if (parents.size() > 1 && !(trees.second = index.tree_of(parents[1]))) return false;
  const auto made = path_filter(reader, trees);
  return made && *made != filter;
}

}  // namespace

// Rows stand behind those of their parents, so one pass makes all generations again.
std::vector<WrongRow> check_history(const HistoryIndex& index, const object::BlockReader& reader,
                                    const std::function<void(std::uint64_t rows)>& progress) {
  std::vector<WrongRow> out;
  std::vector<std::uint32_t> generations(index.size(), 0);
  std::vector<std::uint32_t> parents;
  for (std::uint32_t row = 0; row < generations.size(); ++row) {
    if (progress) progress(row + 1);
    const auto facts = index.at(row);
    if (!facts || !index.parent_rows(row, parents)) continue;
    for (const std::uint32_t parent : parents)
      generations[row] = std::max(generations[row], generations[parent]);
    ++generations[row];
    const auto commit = object::read_commit(reader, facts->id);
    if (const char* what = wrong_in(*facts, commit, generations[row]))
      out.push_back({facts->id, what});
    else if (is_subject_wrong(index, row, commit))
      out.push_back({facts->id, "its subject is another"});
    else if (is_filter_wrong(index, reader, row, parents))
      out.push_back({facts->id, "its filter of paths is another"});
  }
  for (const TagFacts& facts : index.tags()) {
    if (const char* what = wrong_in(facts, object::read_tag(reader, facts.id)))
      out.push_back({facts.id, what});
  }
  return out;
}

}  // namespace hn::store
