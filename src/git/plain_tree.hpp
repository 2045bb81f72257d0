#pragma once

#include <memory>
#include <string>

#include "hn/merge/scratch.hpp"
#include "hn/object/commit.hpp"

// What git has no form for, shown in one that it has, and back again (hn-git(7), CONFLICTS).
namespace hn::git {

// A root with conflicts as a root without: each shows as it does in a working tree, its terms lie
// below kTermsFolder, and trailers of the message say which paths they belong to.
struct PlainTree {
  std::unique_ptr<merge::ScratchBlocks> blocks;  // over the reader, which outlives them
  object::Id root;
  std::string trailers;  // lines; empty where the root uses the name kTermsFolder already
};
inline constexpr std::string_view kTermsFolder = ".hn-terms";

Result<PlainTree> plain_tree(const object::BlockReader& blocks, const object::Id& root);

// Whether a commit's message ends in trailers of a plain tree.
bool has_conflict_trailer(std::string_view message) noexcept;

// The root with conflicts of which plain_tree() makes this one with the trailers of this message;
// nullopt where there is none: the message has no trailers, or what they speak of was edited.
Result<std::optional<object::Id>> with_conflicts(const object::BlockReader& blocks,
                                                 object::BlockWriter& writer,
                                                 const object::Id& plain, std::string_view message);

// A commit made in hn as git shows it: an auto-merge gets a name for its author and a message, and
// any commit the trailers.
void show_to_git(object::Commit& commit, std::string_view trailers);

}  // namespace hn::git
