#include "hn/merge/conflicts.hpp"
#include "merge/file_merge.hpp"
#include "merge/markers.hpp"

// As policy union merges: hn-merge(7), POLICIES.
namespace hn::merge {

Result<std::optional<UnionFile>> union_of(const object::BlockReader& reader,
                                          const object::Conflict& conflict) {
  if (!has_text_form(conflict.terms)) return std::optional<UnionFile>();
  HN_TRY(const auto contents, read_texts(reader, conflict.terms));
  if (!contents) return std::optional<UnionFile>();
  Terms<ByteView> texts;
  for (const auto& term : conflict.terms) texts.push_back(contents->of(term));
  auto text = merge_texts(texts).united();
  if (!text) return std::optional<UnionFile>();
  return std::optional(UnionFile{merged_mode(conflict.terms), *std::move(text)});
}

}  // namespace hn::merge
