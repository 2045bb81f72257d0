#include "hn/repo/move_files.hpp"

#include <algorithm>
#include <set>

#include "hn/repo/tracked.hpp"
#include "hn/repo/tree_changes.hpp"
#include "hn/repo/working_tree.hpp"
#include "hn/worktree/files.hpp"

namespace hn::repo {
namespace {

using worktree::Files;

class Mover {
 public:
  Mover(Repository& repository, const MoveRequest& request)
      : repository_(repository),
        request_(request),
        files_(repository.layout().root),
        tracked_(tracked_paths(repository)) {
    const auto standing = repository.worktree();
    if (standing) base_ = tree_of(repository.store(), standing->base);
  }

  std::vector<MovedPath> run() {
    const bool into = request_.to.empty() || files_.look(request_.to) == Files::Kind::folder;
    if (!into && (request_.needs_folder || request_.from.size() > 1))
      throw Failure(Code::not_found, "there is no folder '" + request_.to + "' to move into",
                    "make it first; nothing was touched");
    std::vector<MovedPath> moves;
    for (const std::string& from : request_.from) {
      const std::string to =
          into ? worktree::join(request_.to, worktree::name_of_path(from)) : request_.to;
      try {
        check(from, to);
        moves.emplace_back(from, to);
        targets_.insert(to);
      } catch (const Failure& failure) {
        if (!request_.skip) throw;
      }
    }
    if (request_.only_list) return moves;
    std::vector<std::string> ignored;
    std::vector<std::string> gone;
    for (const auto& [from, to] : moves) {
      const std::vector<std::string> recorded = to_be_recorded(from);
      move(from, to);
      for (const std::string& path : recorded) {
        const std::string now = to + path.substr(from.size());
        const auto rule = files_.rule_of(now, outer_);
        if (rule && !rule->negative) ignored.push_back(now);
        if (std::ranges::find(tracked_, path) != tracked_.end()) gone.push_back(path);
      }
    }
    if (!ignored.empty() || !gone.empty()) track(repository_, ignored, gone);
    return moves;
  }

 private:
  [[noreturn]] static void refuse(Code code, const std::string& what,
                                  const std::string& hint = {}) {
    throw Failure(code, what,
                  hint.empty() ? "nothing was touched" : hint + "; nothing was touched");
  }

  void check(const std::string& from, const std::string& to) {
    if (from.empty()) refuse(Code::refused, "the working tree itself stays where it is");
    if (files_.is_beyond_symlink(from) || files_.is_beyond_symlink(to))
      refuse(Code::unsafe_path, "'" + from + "' to '" + to + "' leads through a symbolic link");
    const Files::Kind kind = files_.look(from);
    if (kind == Files::Kind::absent) refuse(Code::not_found, "there is no '" + from + "'");
    if (to_be_recorded(from).empty())
      refuse(Code::not_found, "nothing of '" + from + "' is recorded, and it is ignored",
             "mv does it");
    if (to == from || worktree::is_below(to, from))
      refuse(Code::invalid, "'" + from + "' cannot be moved into itself");
    if (targets_.contains(to)) refuse(Code::exists, "two of them would become '" + to + "'");
    const Files::Kind there = files_.look(to);
    const bool replaces = request_.replace && kind != Files::Kind::folder &&
                          (there == Files::Kind::file || there == Files::Kind::symlink);
    if (there != Files::Kind::absent && !replaces)
      refuse(Code::exists, "there is a '" + to + "' already", "hn mv -f replaces a file");
    const std::string folder(worktree::folder_of(to));
    if (!folder.empty() && files_.look(folder) != Files::Kind::folder)
      refuse(Code::not_found, "there is no folder '" + folder + "'", "make it first");
    std::string_view rest = to;
    while (!rest.empty()) {
      if (worktree::is_reserved_name(worktree::name_of_path(rest)))
        refuse(Code::unsafe_path, "'" + to + "' is a name that is never recorded");
      rest = worktree::folder_of(rest);
    }
  }

  void move(const std::string& from, const std::string& to) {
    switch (files_.rename(from, to, request_.replace)) {
      case Files::Renamed::done:
        return;
      case Files::Renamed::absent:
        throw Failure(Code::not_found, "'" + from + "' went away meanwhile");
      case Files::Renamed::exists:
        throw Failure(Code::exists, "'" + to + "' came to be meanwhile");
      case Files::Renamed::refused:
        throw Failure(Code::unsafe_path, "'" + from + "' cannot become '" + to + "'");
    }
  }

  // What is new counts too, unless it is ignored: of a new folder the name alone.
  std::vector<std::string> to_be_recorded(const std::string& path) {
    std::vector<std::string> out = recorded_below(path);
    if (!out.empty()) return out;
    const auto rule = files_.rule_of(path, outer_);
    if (!rule || rule->negative) out.push_back(path);
    return out;
  }

  // The file itself, or those below a folder; whether they are there still does not matter.
  std::vector<std::string> recorded_below(const std::string& path) const {
    std::vector<std::string> out;
    for (const std::string& tracked : tracked_)
      if (tracked == path || worktree::is_below(tracked, path)) out.push_back(tracked);
    if (!base_) return out;
    const auto value =
        require(object::find_path(repository_.store(), *base_, path), "reading a folder");
    if (!value) return out;
    if (value->mode != object::Mode::folder) {
      out.push_back(path);
      return out;
    }
    require(object::walk_paths(repository_.store(), value->id(),
                               [&](const std::string& below, const object::Value&) {
                                 out.push_back(worktree::join(path, below));
                                 return true;
                               }),
            "reading a folder");
    return out;
  }

  Repository& repository_;
  const MoveRequest& request_;
  Files files_;
  std::vector<std::string> tracked_;
  std::optional<object::Id> base_;
  std::set<std::string> targets_;
  const std::vector<worktree::Patterns> outer_ = excludes(repository_);
};

}  // namespace

std::vector<MovedPath> move_files(Repository& repository, const MoveRequest& request) {
  const auto lock = repository.store().lock();
  repository.refresh();
  return Mover(repository, request).run();
}

}  // namespace hn::repo
