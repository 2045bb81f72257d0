#pragma once

#include "hn/merge/attributes.hpp"
#include "hn/repo/working_tree.hpp"
#include "hn/worktree/scan.hpp"
#include "output.hpp"

// What several commands say about a working tree that moved, or did not.
namespace hn::cli {

// Throws Failure (io) where one of them is that this user may not read or change something.
void refuse_locked(const std::vector<worktree::Obstacle>& obstacles);
// On standard error, a line each.
void say_unread(const Context& context, const std::vector<worktree::Notice>& notices);
// Throws Failure (refused) that names what is in the way, where the move was not done.
void require_moved(const repo::Moved& moved, std::string_view doing);
// Names the paths that could not be written here.
void say_refusals(const Context& context, const repo::Moved& moved);
// The paths in conflict that the working tree shows as they were resolved before.
std::vector<std::string> resolved_as_before(repo::Repository& repository);
// A notice of a scan as people read it; JSON has its name.
std::string_view in_words(worktree::Notice::Kind kind);
// What is wrong with a word `merge` of an attribute file.
std::string in_words(const merge::UnknownPolicy& unknown);
Json moved_json(const repo::Moved& moved);

// A name that other programs at work in the same folder do not choose, for temporary files.
std::string unique_name(const Context& context);

}  // namespace hn::cli
