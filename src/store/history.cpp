#include "hn/store/history.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "hn/base/text.hpp"
#include "hn/object/message.hpp"

namespace hn::store {
namespace {

struct Node {
  CommitFacts facts;  // generation 0: not known yet
  bool read = false;  // from its block
  bool kept = false;  // was handed to the index
  std::string subject;
};

// On the way down to commits whose generation is known. What waits stands on what comes behind it.
struct Step {
  object::Id id;
  bool waits = false;
};

// The commits as rows: those of the index, and above them those that were read from blocks, by
// generation. Parents have lesser rows, so one pass from the top down sees all children of a commit
// before the commit itself.
class Rows {
 public:
  Rows(const HistoryIndex* index, const std::vector<const Node*>& read)
      : index_(index), indexed_(index != nullptr ? index->size() : 0) {
    for (const Node* node : read)
      if (node->facts.generation > 0) above_.push_back(&node->facts);
    std::ranges::stable_sort(above_, {}, &CommitFacts::generation);
    for (std::size_t i = 0; i < above_.size(); ++i) rows_.emplace(above_[i]->id, indexed_ + i);
  }

  std::size_t size() const { return indexed_ + above_.size(); }

  std::optional<std::size_t> row_of(const object::Id& id) const {
    const auto at = rows_.find(id);
    if (at != rows_.end()) return at->second;
    const auto row = index_ != nullptr ? index_->row_of(id) : std::nullopt;
    return row ? std::optional<std::size_t>(*row) : std::nullopt;
  }

  bool parents(std::size_t row, std::vector<std::size_t>& out) {
    out.clear();
    if (row < indexed_) {
      if (!index_->parent_rows(static_cast<std::uint32_t>(row), narrow_)) return false;
      out.assign(narrow_.begin(), narrow_.end());
      return true;
    }
    for (const object::Id& parent : above_[row - indexed_]->parents) {
      const auto found = row_of(parent);
      if (!found) return false;
      out.push_back(*found);
    }
    return true;
  }

 private:
  const HistoryIndex* index_;
  std::size_t indexed_;
  std::vector<const CommitFacts*> above_;
  std::unordered_map<object::Id, std::size_t> rows_;
  std::vector<std::uint32_t> narrow_;
};

// A pass from the greatest row down, with marks that descend to parents.
class Pass {
 public:
  enum : Byte { kWanted = 1, kWithout = 2 };

  explicit Pass(Rows& rows) : rows_(rows), marks_(rows.size()) {}

  bool mark(std::span<const object::Id> commits, Byte mark) {
    for (const object::Id& id : commits) {
      const auto row = rows_.row_of(id);
      if (!row) return false;
      add(*row, mark);
    }
    return true;
  }

  // How many are wanted alone, down to and with the row `last`; nullopt where the index turns out
  // damaged.
  std::optional<std::uint64_t> run(std::size_t last) {
    std::uint64_t count = 0;
    std::vector<std::size_t> parents;
    for (std::size_t row = marks_.size(); row-- > last && waiting_ > 0;) {
      const Byte marks = marks_[row];
      if (marks == 0) continue;
      if (marks == kWanted) --waiting_, ++count;
      if (!rows_.parents(row, parents)) return std::nullopt;
      for (const std::size_t parent : parents) add(parent, marks);
    }
    return count;
  }

  Byte marks(std::size_t row) const { return marks_[row]; }

 private:
  void add(std::size_t row, Byte marks) {
    const Byte before = marks_[row];
    marks_[row] |= marks;
    if (before != kWanted && marks_[row] == kWanted) ++waiting_;
    if (before == kWanted && marks_[row] != kWanted) --waiting_;
  }

  Rows& rows_;
  std::vector<Byte> marks_;
  std::size_t waiting_ = 0;  // wanted alone and not passed yet
};

}  // namespace

// Some 40 MB.
constexpr std::size_t kFromIndexMax = std::size_t{1} << 16;

struct BlockHistory::State {
  const object::BlockReader& reader;
  const HistoryIndex* index;
  std::unordered_map<object::Id, Node> nodes;  // asked, never iterated
  std::vector<const Node*> read;               // in the order in which they were read
  std::map<object::Id, TagFacts> tags;         // read from their blocks
  std::set<GitNamed> named;                    // what was read, made when it is first asked
  std::size_t named_until = 0;                 // of `read`
  // Commits that have no generation, and why: without it each of a long row of commits above one
  // that is absent would walk down to it.
  std::unordered_map<object::Id, Error> stuck;
  bool filters_wanted = false;
  std::size_t from_index = 0;  // of the nodes

  const Error* why_stuck(const object::Id& id) {
    const auto at = stuck.find(id);
    if (at == stuck.end()) return nullptr;
    if (at->second.code == Code::invalid || !reader.has(object::Id{at->second.subject}))
      return &at->second;
    stuck.erase(at);
    return nullptr;
  }

  // What the index knows is at hand, not kept for ever: a walk over a long history would hold it
  // whole. Called where no node is in use.
  void spare() {
    if (from_index < kFromIndexMax) return;
    std::erase_if(nodes, [](const auto& known) { return !known.second.read; });
    from_index = 0;
  }

  Result<Node*> node(const object::Id& id) {
    const auto at = nodes.find(id);
    if (at != nodes.end()) return &at->second;
    if (auto known = index != nullptr ? index->find(id) : std::nullopt) {
      ++from_index;
      return &nodes.emplace(id, Node{std::move(*known), false, false, {}}).first->second;
    }
    HN_TRY(object::Commit commit, object::read_commit(reader, id));
    CommitFacts facts{
        id, 0, std::move(commit.parents), commit.tree, commit.committer.time.seconds, commit.git};
    Node* made = &nodes.emplace(id, Node{std::move(facts), true, false, {}}).first->second;
    if (index != nullptr) made->subject = object::parts_of(commit.message).subject;
    read.push_back(made);
    return made;
  }

  // Depth first with a stack of our own: a history may be a hundred thousand commits deep. Nodes of
  // an unordered_map keep their place when it grows.
  Result<void> climb(std::vector<Step>& path) {
    while (!path.empty()) {
      if (const Error* why = why_stuck(path.back().id)) return Unexpected(*why);
      HN_TRY(Node * node, this->node(path.back().id));
      if (node->facts.generation == 0) {
        path.back().waits = true;
        const std::size_t before = path.size();
        HN_TRY(const std::uint64_t found, generation_from_parents(*node, path));
        if (path.size() > before) continue;
        node->facts.generation = found;
      }
      path.pop_back();
    }
    return {};
  }

  // 0 if a parent's is not known; that parent and its like are then put on `path`.
  Result<std::uint64_t> generation_from_parents(const Node& node, std::vector<Step>& path) {
    std::uint64_t greatest = 0;
    bool all_known = true;
    for (const object::Id& parent : node.facts.parents) {
      HN_TRY(const Node* of_parent, this->node(parent));
      if (of_parent->facts.generation == 0) {
        path.push_back({parent, false});
        all_known = false;
      }
      greatest = std::max(greatest, of_parent->facts.generation);
    }
    return all_known ? greatest + 1 : std::uint64_t{0};
  }

  void name_what_was_read() {
    for (; named_until < read.size(); ++named_until) {
      const CommitFacts& facts = read[named_until]->facts;
      if (facts.git) named.insert({*facts.git, object::Kind::commit, facts.id});
    }
  }

  // What was written is in the index from now on.
  void forget() {
    read.clear();
    named_until = 0;
    named.clear();
    nodes.clear();
    index->look_again();
  }

  void keep() {
    const bool damaged = index->is_damaged();
    std::vector<TagFacts> new_tags;
    for (const auto& [id, tag] : tags) new_tags.push_back(tag);
    std::vector<CommitFacts> commits;
    Subjects subjects;
    for (const Node* node : read) {
      if (node->facts.generation == 0 || node->kept) continue;
      commits.push_back(node->facts);
      subjects.emplace(node->facts.id, node->subject);
    }
    if (damaged || commits.size() + new_tags.size() > kKeepMin) {
      const bool few = commits.size() <= kFilterAtOnceMax;
      filters_wanted = filters_wanted || !few;
      index->add(std::move(commits), std::move(new_tags), few ? &reader : nullptr, subjects);
      for (const Node* node : read) nodes.at(node->facts.id).kept = node->facts.generation > 0;
    }
  }
};

BlockHistory::BlockHistory(const object::BlockReader& reader, const HistoryIndex* index)
    : state_(std::make_unique<State>(State{reader, index, {}, {}, {}, {}, 0, {}, false, 0})) {}
BlockHistory::~BlockHistory() = default;

const HistoryIndex* BlockHistory::index() const noexcept {
  return state_->index;
}

Result<std::vector<object::Id>> BlockHistory::parents(const object::Id& commit) const {
  state_->spare();
  HN_TRY(const Node* node, state_->node(commit));
  return node->facts.parents;
}

Result<std::int64_t> BlockHistory::time(const object::Id& commit) const {
  state_->spare();
  HN_TRY(const Node* node, state_->node(commit));
  return node->facts.time;
}

Result<std::uint64_t> BlockHistory::generation(const object::Id& commit) const {
  state_->spare();
  HN_TRY(const Node* known, state_->node(commit));
  if (known->facts.generation > 0) return known->facts.generation;
  std::vector<Step> path{{commit, false}};
  const auto found = state_->climb(path);
  if (!found) {
    const Error& error = found.error();
    if (error.code == Code::absent || error.code == Code::invalid) {
      for (const Step& step : path)
        if (step.waits) state_->stuck.insert_or_assign(step.id, error);
    }
    return Unexpected(error);
  }
  return known->facts.generation;
}

Result<std::uint64_t> BlockHistory::count_reachable(std::span<const object::Id> from,
                                                    std::span<const object::Id> without) const {
  for (const auto& commits : {from, without})
    for (const object::Id& id : commits) HN_CHECK(generation(id));
  Rows rows(state_->index, state_->read);
  Pass pass(rows);
  if (pass.mark(from, Pass::kWanted) && pass.mark(without, Pass::kWithout)) {
    if (const auto count = pass.run(0)) return *count;
  }
  // A page of the index turned out damaged on the way.
  HN_TRY(const auto found, object::reachable(*this, from, without, SIZE_MAX));
  return std::uint64_t{found.size()};
}

Result<bool> BlockHistory::is_reachable(const object::Id& commit,
                                        std::span<const object::Id> from) const {
  HN_CHECK(generation(commit));
  for (const object::Id& id : from) HN_CHECK(generation(id));
  Rows rows(state_->index, state_->read);
  Pass pass(rows);
  const auto row = rows.row_of(commit);
  if (row && pass.mark(from, Pass::kWanted) && pass.run(*row)) return pass.marks(*row) != 0;
  for (const object::Id& id : from) {
    HN_TRY(const bool found, object::is_ancestor(*this, commit, id));
    if (found) return true;
  }
  return false;
}

Result<std::optional<object::GitId>> BlockHistory::git_id_of(object::Kind kind,
                                                             const object::Id& id) const {
  if (kind == object::Kind::commit) {
    HN_TRY(const Node* node, state_->node(id));
    return node->facts.git;
  }
  const auto at = state_->tags.find(id);
  if (at != state_->tags.end()) return std::optional(at->second.git);
  if (const auto known = state_->index != nullptr ? state_->index->find_tag(id) : std::nullopt)
    return std::optional(known->git);
  HN_TRY(const object::Tag tag, object::read_tag(state_->reader, id));
  if (!tag.git) return std::optional<object::GitId>();
  state_->tags.emplace(id, TagFacts{id, *tag.git});
  state_->named.insert({*tag.git, object::Kind::tag, id});
  return std::optional(*tag.git);
}

std::vector<GitNamed> BlockHistory::find_git(std::string_view hex_prefix, std::size_t max) const {
  std::vector<GitNamed> out;
  if (state_->index != nullptr) out = state_->index->find_git(hex_prefix, max);
  state_->name_what_was_read();
  std::string low(hex_prefix.substr(0, 64));
  low.resize(64, '0');
  const auto start = object::id_from_hex(low);
  if (!start) return out;
  std::size_t left = max;
  for (auto at = state_->named.lower_bound(GitNamed{{start->bytes, 0}, {}, {}});
       at != state_->named.end() && left > 0; ++at) {
    const std::string git = hn::to_hex(ByteView(at->git.bytes).first(at->git.size));
    // Padded with zeros the shorter form stands where it would at its full length.
    if (git.starts_with(hex_prefix)) {
      out.push_back(*at);
      --left;
    } else if (!hn::to_hex(at->git.bytes).starts_with(hex_prefix)) {
      break;
    }
  }
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  if (out.size() > max) out.resize(max);
  return out;
}

void BlockHistory::want_filters() const noexcept {
  state_->filters_wanted = true;
}

void BlockHistory::learn(std::span<const object::Id> commits, std::size_t part) const noexcept {
  if (state_->index == nullptr || commits.size() <= kKeepMin) return;
  try {
    while (!commits.empty()) {
      const auto some = commits.first(std::min(commits.size(), part));
      for (const object::Id& id : some) static_cast<void>(generation(id));
      state_->keep();
      state_->forget();
      commits = commits.subspan(some.size());
    }
  } catch (...) {
    // As below.
  }
}

bool BlockHistory::wants_filters() const noexcept {
  return state_->filters_wanted;
}

void BlockHistory::keep() const noexcept {
  if (state_->index == nullptr) return;
  try {
    state_->keep();
  } catch (...) {
    // Derived: what was not written is read again.
  }
}

}  // namespace hn::store
