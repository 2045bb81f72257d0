#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>
#include <memory>
#include <mutex>
#include <sstream>
#include <thread>
#include <utility>

#include "decisions.hpp"
#include "failure.hpp"
#include "hn/base/text.hpp"
#include "hn/git/tree_ids.hpp"
#include "hn/object/row_history.hpp"
#include "hn/repo/many_revisions.hpp"
#include "hn/repo/merge_tree.hpp"
#include "in_order.hpp"
#include "output.hpp"

namespace hn::cli {
namespace {

struct Words {
  std::string ours;
  std::string theirs;
  std::optional<std::string> base;
};

struct Answer {
  merge::MergedTree merged;
  std::optional<object::GitId> git;
};

// A store of which the folders that were read stay decoded.
class Folders final : public object::BlockReader {
 public:
  using object::BlockReader::read;
  explicit Folders(const object::BlockReader& store) : store_(store) {}
  Result<object::Block> read(const object::Id& id) const override { return store_.read(id); }
  bool has(const object::Id& id) const override { return store_.has(id); }
  object::TreeNodes* tree_nodes() const override { return &nodes_; }

 private:
  static constexpr std::size_t kBytes = 16U << 20U;
  const object::BlockReader& store_;
  mutable object::TreeNodes nodes_{kBytes};
};

// The blocks of one merge at a time, for who remembers more than one.
class Blocks final : public object::BlockReader {
 public:
  using object::BlockReader::read;
  explicit Blocks(const object::BlockReader& store) : folders_(store) {}
  Result<object::Block> read(const object::Id& id) const override { return scratch_->read(id); }
  bool has(const object::Id& id) const override { return scratch_->has(id); }
  object::TreeNodes* tree_nodes() const override { return folders_.tree_nodes(); }

  merge::ScratchBlocks& begin() { return scratch_.emplace(bases_.begin()); }
  merge::VirtualBases& bases() { return bases_; }

 private:
  // All go at once where they are more; what a few thousand merges of a history like git's share is
  // less.
  static constexpr std::size_t kBasesBytes = 80U << 20U;
  Folders folders_;
  merge::VirtualBases bases_{folders_, kBasesBytes};
  std::optional<merge::ScratchBlocks> scratch_;
};

class Merger {
 public:
  explicit Merger(repo::Repository& repository,
                  repo::ManyRevisions::List list = repo::list_revisions)
      : names_(repository, std::move(list)),
        history_(repository.history()),
        blocks_(repository.store()) {}

  Answer merge(const Words& words, bool with_git) {
    repo::TreesToMerge trees;
    trees.ours = names_.commit(words.ours);
    trees.theirs = names_.commit(words.theirs);
    if (words.base) trees.base = names_.commit(*words.base);
    if (const auto& list = names_.list())
      history_.use(std::shared_ptr<const object::HistoryTable>(list, &list->table));
    Answer out{repo::merge_tree(history_, blocks_.begin(), trees, &blocks_.bases()), {}};
    if (with_git && out.merged.conflicts.empty()) out.git = git_id(trees.ours, out.merged.tree);
    return out;
  }

 private:
  // In the form that the history came with.
  std::optional<object::GitId> git_id(const object::Id& commit, const object::Id& tree) {
    if (!ids_) {
      const auto read = repo::require(object::read_commit(blocks_, commit), "reading the commit");
      ids_.emplace(blocks_, read.git ? read.git->size : std::uint8_t{20});
    }
    auto made = ids_->of(tree);
    if (!made && made.error().code == Code::unsupported) return std::nullopt;
    return repo::require(std::move(made), "making git's id");
  }

  repo::ManyRevisions names_;
  object::RowHistory history_;
  Blocks blocks_;
  std::optional<git::TreeIds> ids_;
};

Json as_json(const Answer& answer) {
  Json out;
  out["clean"] = answer.merged.conflicts.empty();
  out["tree"] = object::to_hex(answer.merged.tree);
  out["git_tree"] = answer.git ? Json(git::to_hex(*answer.git)) : Json();
  out["conflicts"] = Json::array();
  for (const std::string& path : answer.merged.conflicts) {
    Json row;
    put_text(row, "path", path);
    out["conflicts"].push_back(row.contains("path") ? row["path"] : row);
  }
  out["decisions"] = decisions_json(answer.merged.decisions);
  return out;
}

void say(const Context& context, const Answer& answer) {
  context.out << object::to_hex(answer.merged.tree) << "\n";
  for (const std::string& path : answer.merged.conflicts)
    context.out << " in conflict: " << shown_path(path) << "\n";
  say_decisions(context, answer.merged.decisions);
}

// "A B" or "C -- A B".
std::optional<Words> words_of(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  if (words.size() == 2) return Words{words[0], words[1], {}};
  if (words.size() == 4 && words[1] == "--") return Words{words[2], words[3], words[0]};
  return std::nullopt;
}

struct Line {
  std::string text;
  int status = 0;
};

// A line that cannot be answered is answered so, and those after it are read.
Line answer_line(Merger& merger, const std::string& line, bool json) {
  try {
    const auto words = words_of(line);
    if (!words) throw Failure(Code::usage, "a line is A B, or BASE -- A B");
    const Answer answer = merger.merge(*words, json);
    const bool clean = answer.merged.conflicts.empty();
    return {json ? as_json(answer).dump()
                 : (clean ? "clean " : "conflicts ") + object::to_hex(answer.merged.tree),
            clean ? 0 : kExitNo};
  } catch (const Failure& failure) {
    const std::string what = escape_controls(failure.what());
    return {json ? Json{{"error", what}}.dump() : "error " + what, exit_status(failure.code())};
  }
}

// The lines of standard input, as they come.
class Lines {
 public:
  // A share of those that are here for one of the threads, so that merges beside one another meet
  // what was made for their neighbours. Waits for one; empty at the end.
  std::vector<std::string> some(unsigned threads) {
    while (lines_.empty() && read_some()) {
    }
    const std::size_t share =
        std::clamp<std::size_t>(lines_.size() / (std::size_t{4} * threads), 1, kShareMax);
    std::vector<std::string> out;
    for (; out.size() < share && !lines_.empty(); lines_.pop_front())
      out.push_back(std::move(lines_.front()));
    return out;
  }

 private:
  static constexpr std::size_t kShareMax = 32;
  static constexpr std::size_t kReadBytes = std::size_t{1} << 16;

  // False at the end.
  bool read_some() {
    std::array<char, kReadBytes> bytes;
    ssize_t count = 0;
    do count = ::read(STDIN_FILENO, bytes.data(), bytes.size());
    while (count < 0 && errno == EINTR);
    if (count <= 0) {
      if (!rest_.empty()) lines_.push_back(std::exchange(rest_, {}));
      return !lines_.empty();
    }
    rest_.append(bytes.data(), static_cast<std::size_t>(count));
    std::size_t at = 0;
    for (std::size_t end; (end = rest_.find('\n', at)) != std::string::npos; at = end + 1)
      lines_.push_back(rest_.substr(at, end - at));
    rest_.erase(0, at);
    return true;
  }

  std::deque<std::string> lines_;
  std::string rest_;  // without its end yet
};

// Each thread reads through a repository of its own. An answer is shown as soon as those before it
// are, for who writes the next line when it came.
int answer_lines(const Context& context, bool json) {
  const unsigned threads = std::max(1U, std::thread::hardware_concurrency());
  struct Own {
    Own(repo::Repository&& opened, const repo::ManyRevisions::List& list)
        : repository(std::move(opened)), merger(repository, list) {}
    repo::Repository repository;
    Merger merger;
  };
  // A store remembers what it decoded for the thread that opened it.
  std::vector<std::unique_ptr<Own>> own(threads);
  std::once_flag once;
  std::shared_ptr<const repo::RevisionList> listed;
  const auto list = [&](repo::Repository& repository) {
    std::call_once(once, [&] { listed = repo::list_revisions(repository); });
    return listed;
  };
  context.open();  // where there is none it is said at once
  int status = 0;
  Lines lines;
  in_order<std::vector<std::string>, std::vector<Line>>(
      [&] {
        auto some = lines.some(threads);
        return some.empty() ? std::nullopt : std::optional(std::move(some));
      },
      threads,
      [&](const std::vector<std::string>& some, unsigned thread) {
        if (!own[thread]) own[thread] = std::make_unique<Own>(context.open(), list);
        std::vector<Line> out;
        out.reserve(some.size());
        for (const std::string& line : some)
          out.push_back(answer_line(own[thread]->merger, line, json));
        return out;
      },
      [&](const std::vector<Line>& some) {
        for (const Line& line : some) {
          status = std::max(status, line.status);
          context.out << line.text << "\n" << std::flush;
        }
        return static_cast<bool>(context.out);
      });
  return status;
}

int run(Context& context, const Given& given) {
  const auto names = given.values("REV");
  if (given.has("stdin") != names.empty() || (!given.has("stdin") && names.size() != 2))
    throw Failure(Code::usage, "two commits are merged", "hn merge-tree A B, or --stdin");
  if (given.has("stdin") && given.has("base"))
    throw Failure(Code::usage, "with --stdin the base stands in the line: BASE -- A B");
  if (given.has("stdin")) return answer_lines(context, given.has("json"));
  repo::Repository repository = context.open();
  Merger merger(repository);
  const Answer answer = merger.merge({names[0], names[1], given.value("base")}, given.has("json"));
  if (given.has("json"))
    print(context, as_json(answer));
  else
    say(context, answer);
  return answer.merged.conflicts.empty() ? 0 : kExitNo;
}

}  // namespace

Command cmd_merge_tree() {
  return {"merge-tree",
          "Merge two commits without recording anything",
          {{"--base", "REV", "in place of what the two have in common", Offers::revisions},
           {"--stdin", "", "read pairs from standard input, one a line: A B, or BASE -- A B"},
           {"--json", "", "as JSON; with --stdin an object a line"}},
          {{"REV", "the two commits, ours first", 0, kMany, Offers::revisions}},
          run};
}

}  // namespace hn::cli
