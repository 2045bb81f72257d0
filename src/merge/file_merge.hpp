#pragma once

#include "hn/merge/tree_merge.hpp"

// Merging the files of one path: modes and contents apart (hn-merge(7), FILES).
namespace hn::merge {

// The lengths of all different terms of one file together. What is longer is merged as a whole.
inline constexpr std::uint64_t kTermBytesMax = 64 * 1024 * 1024;

// What no device can merge, because of what the bytes are and not because they are not here.
inline bool is_unmergeable(const Error& error) noexcept {
  return error.code == Code::invalid || error.code == Code::refused ||
         error.code == Code::unsupported;
}

// A merge of merges without the conflicts at odd places that somebody resolved since: their first
// base in place of each.
Terms<Terms<PathValue>> with_single_bases(Terms<Terms<PathValue>> nested);

// By which files are merged member by member.
constexpr bool has_members(Policy policy) noexcept {
  return policy == Policy::json || policy == Policy::keyvalue;
}

// Every term is a file.
bool are_files(const Terms<PathValue>& terms);

// The merge of files as a list of terms: one if it is resolved, else the simplified terms of the
// conflict, with the hunks in them that resolve. Every term is a file, or with Policy::join and
// where has_members() nothing at an odd place. `policy` is none of those that choose a side.
Result<Terms<PathValue>> merge_files(const object::BlockReader& reader, object::BlockWriter& writer,
                                     const Terms<Terms<PathValue>>& nested,
                                     std::optional<Policy> policy, Parts* parts = nullptr);

// Files added on several sides, none of them deleted on one: the same content with different modes
// is executable. Nothing if the contents differ or the terms are not of that shape.
std::optional<object::Value> merge_added_files(const Terms<PathValue>& terms);

// At even places files, at odd ones files or nothing.
bool are_added_files(const Terms<PathValue>& terms);

// The mode that files come to; nothing in place of a file counts as an ordinary file.
object::Mode merged_mode(const Terms<PathValue>& terms);

// The contents of files, each read once; nothing in place of a file is empty. Nothing if one is
// no text or all together are too long.
struct Contents {
  std::vector<std::pair<object::Id, Parts::Text>> files;  // by id
  ByteView of(const PathValue& value) const;
  // Where each lies in memory, in that order.
  std::vector<std::pair<const Byte*, object::Id>> places() const;
};
Result<std::optional<Contents>> read_texts(const object::BlockReader& reader,
                                           const Terms<PathValue>& terms, bool nul_is_text = false,
                                           Parts* parts = nullptr);

}  // namespace hn::merge
