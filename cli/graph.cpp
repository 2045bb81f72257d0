// Draws what git's graph.c draws, state by state.
#include "graph.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "hn/base/assert.hpp"

namespace hn::cli {
namespace {

constexpr std::array<std::string_view, 12> kPaints{
    "\x1b[31m",   "\x1b[32m",   "\x1b[33m",   "\x1b[34m",   "\x1b[35m",   "\x1b[36m",
    "\x1b[1;31m", "\x1b[1;32m", "\x1b[1;33m", "\x1b[1;34m", "\x1b[1;35m", "\x1b[1;36m"};

int& at(std::vector<int>& values, int i) {
  return values[static_cast<std::size_t>(i)];
}

}  // namespace

void Graph::put(Line& line, char c, int count) {
  if (count <= 0) return;
  line.text.append(static_cast<std::size_t>(count), c);
  line.width += count;
}

void Graph::put(Line& line, const Column& column, char c) const {
  if (colour_) line.text += kPaints[column.colour];
  line.text += c;
  if (colour_) line.text += "\x1b[m";
  ++line.width;
}

std::string Graph::finished(Line line) const {
  put(line, ' ', width_ - line.width);
  return std::move(line.text);
}

int Graph::new_column_of(const object::Id& commit) const {
  const auto found = std::ranges::find(new_columns_, commit, &Column::commit);
  return found == new_columns_.end() ? -1 : static_cast<int>(found - new_columns_.begin());
}

std::size_t Graph::colour_of(const object::Id& commit) const {
  const auto found = std::ranges::find(columns_, commit, &Column::commit);
  return found == columns_.end() ? current_colour_ : found->colour;
}

// `from`: the commit's own column where this is one of its parents, else -1.
void Graph::add_new_column(const object::Id& commit, int from) {
  int column = new_column_of(commit);
  if (column < 0) {
    column = static_cast<int>(new_columns_.size());
    new_columns_.push_back({commit, colour_of(commit)});
  }
  int place = width_;
  if (parents() > 1 && from >= 0 && layout_ < 0) {
    // The first parent of a merge: where it stands to the left, the merge leans there.
    const int distance = from - column;
    const int shift = distance > 1 ? 2 * distance - 3 : 1;
    layout_ = distance > 0 ? 0 : 1;
    edges_ = parents() + layout_ - 2;
    place = width_ + (layout_ - 1) * shift;
    width_ += 2 * layout_;
  } else if (edges_ > 0 && column == at(mapping_, width_ - 2)) {
    // It stands in the last column already: both edges join at once.
    place = width_ - 2;
    edges_ = -1;
  } else {
    width_ += 2;
  }
  at(mapping_, place) = column;
}

void Graph::update_columns() {
  std::swap(columns_, new_columns_);
  new_columns_.clear();
  mapping_.assign(2 * (columns_.size() + parents_.size()) + 2, -1);
  mapping_before_.resize(std::max(mapping_.size(), mapping_before_.size()), -1);
  width_ = 0;
  edges_before_ = edges_;
  edges_ = 0;
  bool seen = false;
  for (std::size_t i = 0; i <= columns_.size(); ++i) {
    const bool is_new = i == columns_.size();
    if (is_new && seen) break;
    if (column_commit(i) != commit_) {
      add_new_column(columns_[i].commit, -1);
      continue;
    }
    seen = true;
    index_ = static_cast<int>(i);
    layout_ = -1;
    for (const object::Id& parent : parents_) {
      if (parents_.size() > 1 || is_new) current_colour_ = (current_colour_ + 1) % kColours;
      add_new_column(parent, index_);
    }
    if (parents_.empty()) width_ += 2;
  }
  while (mapping_.size() > 1 && mapping_.back() < 0) mapping_.pop_back();
}

bool Graph::needs_room() const {
  return parents() >= 3 && index_ < static_cast<int>(columns_.size()) - 1 && row_ < dashes() * 2;
}

void Graph::update(const object::Id& commit, std::vector<object::Id> parents, char sign) {
  commit_ = commit;
  sign_ = sign;
  parents_ = std::move(parents);
  index_before_ = index_;
  update_columns();
  row_ = 0;
  if (state_ != State::padding)
    state_ = State::skip;
  else
    state_ = needs_room() ? State::pre_commit : State::commit;
}

bool Graph::is_settled() const {
  for (std::size_t i = 0; i < mapping_.size(); ++i) {
    if (mapping_[i] >= 0 && static_cast<std::size_t>(mapping_[i]) != i / 2) return false;
  }
  return true;
}

std::string Graph::next_line(bool* is_commit) {
  Line line;
  if (is_commit != nullptr) *is_commit = state_ == State::commit;
  switch (state_) {
    case State::padding:
      for (const Column& column : new_columns_) {
        put(line, column, '|');
        put(line, ' ');
      }
      break;
    case State::skip:
      put(line, '.', 3);
      enter(needs_room() ? State::pre_commit : State::commit);
      break;
    case State::pre_commit:
      pre_commit_line(line);
      break;
    case State::commit:
      commit_line(line);
      break;
    case State::post_merge:
      post_merge_line(line);
      break;
    case State::collapsing:
      collapsing_line(line);
      break;
  }
  return finished(std::move(line));
}

std::string Graph::padding() {
  if (state_ != State::commit) return next_line();
  Line line;
  for (const Column& column : columns_) {
    put(line, column, '|');
    put(line, ' ', column.commit == commit_ && parents() > 2 ? (parents() - 2) * 2 : 1);
  }
  before_ = State::padding;
  return finished(std::move(line));
}

void Graph::pre_commit_line(Line& line) {
  bool seen = false;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const Column& column = columns_[i];
    if (column.commit == commit_) {
      seen = true;
      put(line, column, '|');
      put(line, ' ', row_);
    } else if (seen && row_ == 0) {
      const bool leans = before_ == State::post_merge && index_before_ < static_cast<int>(i);
      put(line, column, leans ? '\\' : '|');
    } else {
      put(line, column, seen ? '\\' : '|');
    }
    put(line, ' ');
  }
  ++row_;
  if (!needs_room()) enter(State::commit);
}

void Graph::commit_line(Line& line) {
  bool seen = false;
  for (std::size_t i = 0; i <= columns_.size(); ++i) {
    if (i == columns_.size() && seen) break;
    const int n = static_cast<int>(i);
    if (column_commit(i) == commit_) {
      seen = true;
      put(line, sign_);
      for (int k = 0; k < dashes(); ++k) {
        const int to = at(mapping_, (index_ + k + 2) * 2);
        const Column& column = new_columns_[static_cast<std::size_t>(to)];
        put(line, column, '-');
        put(line, column, k == dashes() - 1 ? '.' : '-');
      }
    } else if (seen && edges_ > 1) {
      put(line, columns_[i], '\\');
    } else if (seen && edges_ == 1) {
      const bool leans = before_ == State::post_merge && edges_before_ > 0 && index_before_ < n;
      put(line, columns_[i], leans ? '\\' : '|');
    } else {
      const bool joins = before_ == State::collapsing && 2 * i + 1 < mapping_before_.size() &&
                         mapping_before_[2 * i + 1] == n && 2 * i < mapping_.size() &&
                         mapping_[2 * i] < n;
      put(line, columns_[i], joins ? '/' : '|');
    }
    put(line, ' ');
  }
  if (parents() > 1)
    enter(State::post_merge);
  else
    enter(is_settled() ? State::padding : State::collapsing);
}

void Graph::post_merge_line(Line& line) {
  constexpr std::array kEdges{'/', '|', '\\'};
  bool seen = false;
  const Column* first_parent = nullptr;
  for (std::size_t i = 0; i <= columns_.size(); ++i) {
    if (i == columns_.size() && seen) break;
    if (column_commit(i) == commit_) {
      seen = true;
      std::size_t edge = static_cast<std::size_t>(layout_);
      for (std::size_t j = 0; j < parents_.size(); ++j) {
        put(line, new_columns_[static_cast<std::size_t>(new_column_of(parents_[j]))], kEdges[edge]);
        if (edge < 2)
          ++edge;
        else if (edges_ > 0 || j + 1 < parents_.size())
          put(line, ' ');
      }
      if (edges_ == 0) put(line, ' ');
    } else if (seen) {
      put(line, columns_[i], edges_ > 0 ? '\\' : '|');
      put(line, ' ');
    } else {
      put(line, columns_[i], '|');
      if (layout_ != 0 || static_cast<int>(i) != index_ - 1) {
        if (first_parent != nullptr)
          put(line, *first_parent, '_');
        else
          put(line, ' ');
      }
    }
    if (i < columns_.size() && columns_[i].commit == parents_.front()) first_parent = &columns_[i];
  }
  enter(is_settled() ? State::padding : State::collapsing);
}

// Moves every edge that is not where it leads to one step to the left; one of them all the way.
void Graph::collapse(int& edge, int& edge_target) {
  std::swap(mapping_, mapping_before_);
  const int size = static_cast<int>(mapping_before_.size());
  mapping_.assign(mapping_before_.size(), -1);
  const auto choose = [&](int target, int i, int chosen) {
    if (edge != -1) return;
    edge = chosen;
    edge_target = target;
    for (int j = target * 2 + 3; j < i - 2; j += 2) at(mapping_, j) = target;
  };
  for (int i = 0; i < size; ++i) {
    const int target = at(mapping_before_, i);
    if (target < 0) continue;
    HN_ASSERT(target * 2 <= i);
    if (target * 2 == i) {
      at(mapping_, i) = target;
    } else if (at(mapping_, i - 1) < 0) {
      at(mapping_, i - 1) = target;
      choose(target, i, i);
    } else if (at(mapping_, i - 1) != target) {
      at(mapping_, i - 2) = target;
      choose(target, i, i - 1);
    }
  }
}

void Graph::collapsing_line(Line& line) {
  int edge = -1;
  int edge_target = -1;
  collapse(edge, edge_target);
  mapping_before_ = mapping_;
  if (mapping_.back() < 0) mapping_.pop_back();
  bool drawn = false;
  for (std::size_t place = 0; place < mapping_.size(); ++place) {
    const int i = static_cast<int>(place);
    const int target = mapping_[place];
    if (target < 0) {
      put(line, ' ');
      continue;
    }
    const Column& column = new_columns_[static_cast<std::size_t>(target)];
    if (target * 2 == i) {
      put(line, column, '|');
    } else if (target == edge_target && i != edge - 1) {
      if (i != target * 2 + 3) mapping_[place] = -1;
      drawn = true;
      put(line, column, '_');
    } else {
      if (drawn && i < edge) mapping_[place] = -1;
      put(line, column, '/');
    }
  }
  if (is_settled()) enter(State::padding);
}

std::vector<GraphCommit> in_graph_order(std::vector<GraphCommit> order) {
  std::unordered_map<object::Id, std::pair<std::size_t, std::size_t>> known;  // place, children
  for (std::size_t i = 0; i < order.size(); ++i) known.emplace(order[i].id, std::pair(i, 0));
  for (const GraphCommit& commit : order) {
    for (const object::Id& parent : commit.parents) {
      const auto found = known.find(parent);
      if (found != known.end()) ++found->second.second;
    }
  }
  std::vector<std::size_t> ready;
  for (std::size_t i = order.size(); i-- > 0;) {
    if (known.at(order[i].id).second == 0) ready.push_back(i);
  }
  std::vector<GraphCommit> out;
  while (!ready.empty()) {
    GraphCommit& commit = order[ready.back()];
    ready.pop_back();
    for (const object::Id& parent : commit.parents) {
      const auto found = known.find(parent);
      if (found != known.end() && --found->second.second == 0) ready.push_back(found->second.first);
    }
    out.push_back(std::move(commit));
  }
  return out;
}

}  // namespace hn::cli
