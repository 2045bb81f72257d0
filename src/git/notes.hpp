#pragma once

#include <map>
#include <string>

#include "git/restore.hpp"
#include "git/target.hpp"

// The reference refs/notes/hn: texts about commits and tags, in the form of git-notes(1), which git
// log and git notes show (hn-git(7), NOTES). A function of the texts and of the commit before.
namespace hn::git {

inline constexpr std::string_view kNotesRef = "refs/notes/hn";

// Failure(refused) where the commit that the reference holds is not one that hn made.
void require_own_notes(const Target& target, const GitId& commit);

// Text by git's id of what it is about.
struct NoteText {
  std::string text;
  std::int64_t seconds = 0;
};
using NoteTexts = std::map<GitId, NoteText>;

// Hands the objects of a commit that has these notes, and those of `before` about other things, to
// `sink`, and answers it: `before` itself where that has all of them already. Where hn did not make
// that one, it becomes the parent all the same, and its notes are left to it.
struct NotesMade {
  GitId commit;
  std::uint64_t notes = 0;  // new or changed
};
NotesMade make_notes(const Target& target, const NoteTexts& texts,
                     const std::optional<GitId>& before, RestoredSink& sink);

// How many of the texts are there as they should be; Failure(damaged, not_found) for the first that
// is not.
std::uint64_t compare_notes(const Target& target, const NoteTexts& texts);

}  // namespace hn::git
