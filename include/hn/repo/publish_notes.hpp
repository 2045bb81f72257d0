#pragma once

#include "hn/repo/repository.hpp"

namespace hn::repo {

// What the log says about a commit or tag, for whoever has the commit elsewhere: each accepted
// publish of it, in log order, with the bytes that its device signed (hn-git(7), NOTES).
struct PublishNote {
  log::Target target;
  std::string text;          // lines
  std::int64_t seconds = 0;  // the committer's or tagger's time; entries have none
};

// By ascending id of the target. What is named as a folder or file alone has none, nor has what is
// not here.
std::vector<PublishNote> publish_notes(const Repository& repository);

}  // namespace hn::repo
