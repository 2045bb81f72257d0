#pragma once

#include "hn/merge/conflicts.hpp"
#include "hn/merge/lines.hpp"
#include "hn/repo/restore.hpp"

// What people made of conflicts on this device, hunk by hunk, so that the same hunk of the same
// path need not be resolved twice. It changes what a working tree shows, never what a merge comes
// to: the commit has the conflict, on every device alike, until a commit here records the text.
namespace hn::repo {

// So many are kept, and so long: as long as git keeps what its rerere recorded.
inline constexpr std::size_t kAnswersMax = 256;
inline constexpr std::int64_t kAnswerSecondsMax = std::int64_t{60} * 24 * 3600;

// Whether the setting merge.remember is not off.
bool remembers_answers(const Repository& repository);

// Looks for what hunks of this path were made into; none where nothing is to be remembered.
merge::Answers answers_for(const Repository& repository, const std::string& path);

// Part of the batch: a text of a path that resolves a conflict. `batch` reads it.
void remember_answers(const Repository& repository, store::Batch& batch, const std::string& path,
                      const object::Id& conflict, const object::Value& text);

// Forgets the answers to these conflicts of the working tree's commit, and brings their markers
// back, whatever stands there. Failure not_found where a word matches no conflict.
Restored forget_answers(Repository& repository, const worktree::Pathspec& meant);

}  // namespace hn::repo
