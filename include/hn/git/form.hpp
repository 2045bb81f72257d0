#pragma once

#include <functional>
#include <span>

#include "hn/object/commit.hpp"
#include "hn/object/tree.hpp"

// Git's form of hn's values: the exact inverse of import. Pure functions; export, fsck and the
// import's own check use them.
namespace hn::git {

using object::GitId;

enum class Type : std::uint8_t { commit, tree, blob, tag };
std::string_view name_of(Type type) noexcept;

// Git's name of an object: the hash of "TYPE LENGTH\0BYTES", SHA-1 (size 20) or SHA-256 (size 32).
GitId git_id_of(Type type, ByteView bytes, std::uint8_t size = 20);
std::string to_hex(const GitId& id);

// What git calls the object that was imported as, or would be exported from, this id. nullopt
// where nobody knows. A function: two objects of git's never share an id.
using GitIds = std::function<std::optional<GitId>(const object::Id&)>;

// Git's bytes made from the fields alone (raw is not looked at), whose ids() name every child.
// Code::absent with the id as subject where ids() does not know one; Code::unsupported for what
// git has no form for (a conflict in a folder).
Result<Bytes> git_bytes_of(const object::Commit& commit, const GitIds& ids);
Result<Bytes> git_bytes_of(const object::Tag& tag, const GitIds& ids);
Result<Bytes> git_bytes_of(std::span<const object::TreeEntry> entries, const GitIds& ids);

// Git's bytes that a commit, tag or folder keeps beside its fields: a raw block, or a file where
// they are longer than a block.
Result<Bytes> raw_bytes(const object::BlockReader& blocks, const object::Id& id);

// Git's bytes as they were: the raw block where the value names one, else as above.
Result<Bytes> exact_bytes(const object::BlockReader& blocks, const object::Commit& commit,
                          const GitIds& ids);
Result<Bytes> exact_bytes(const object::BlockReader& blocks, const object::Tag& tag,
                          const GitIds& ids);
Result<Bytes> exact_bytes(const object::BlockReader& blocks, const object::Tree& tree,
                          const GitIds& ids);

}  // namespace hn::git
