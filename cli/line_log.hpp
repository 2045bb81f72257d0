#pragma once

#include <map>

#include "diff_files.hpp"
#include "line_range.hpp"

// -L of hn log: the history of lines of files, as git log -L tells it.
namespace hn::cli {

// Lines of one file in one commit, and the differences that changed them against its parent.
struct LinesChanged {
  std::string old_path;  // empty where the parent has no such file
  std::string path;
  Bytes before;
  Bytes after;
  std::vector<LineRange> ranges;  // of `after`
  std::vector<merge::Difference> touching;
};

// Follows lines from one commit back. Every commit is given once, none before its children.
class LineLog {
 public:
  // Each word is RANGE:PATH, with a range of line_range(). Failure usage, invalid, not_found.
  LineLog(const Context& context, const repo::Repository& repository, const object::Id& tip,
          const std::vector<std::string>& words, bool first_parent);

  // Whether the lines changed in this commit; its parents' turn comes later. A merge is among them
  // where its lines are not those of one parent, and has no differences.
  bool step(const object::Id& id, const object::Commit& commit);
  // Of the last step.
  const std::vector<LinesChanged>& changed() const { return changed_; }
  // Nothing is followed any further.
  bool is_done() const { return waiting_.empty(); }

 private:
  // By path at first; a file that was renamed keeps its place, as in git.
  struct Lines {
    std::string path;
    std::vector<LineRange> ranges;
  };
  using Followed = std::vector<Lines>;

  struct Against {
    Followed parent;  // where the lines stand there
    std::vector<LinesChanged> changed;
  };
  Against compare(const object::Id& tree, const std::optional<object::Id>& before,
                  const Followed& followed) const;
  // By new name the old ones of those that the parent has under another name.
  std::map<std::string, std::string> names_before(const object::Id& tree,
                                                  const std::optional<object::Id>& before,
                                                  const Followed& followed) const;
  std::optional<object::Value> value_at(const std::optional<object::Id>& tree,
                                        const std::string& path) const;
  Bytes text_of(const std::optional<object::Value>& value) const;
  void wait(const object::Id& commit, Followed lines);

  const repo::Repository& repository_;
  bool first_parent_;
  std::map<object::Id, Followed> waiting_;
  std::vector<LinesChanged> changed_;
};

// As a patch that has these lines alone.
std::string text_of(const Context& context, const LinesChanged& changed);

}  // namespace hn::cli
