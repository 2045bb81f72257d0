#pragma once

#include <functional>
#include <string>
#include <vector>

#include "hn/object/id.hpp"

namespace hn::cli {

// Draws the lines of a history beside its commits, as git log --graph does. Commits come in an
// order in which none stands below its parent; for each a number of lines is drawn, of which one
// has the commit itself. A caller that shows more lines of a commit than the graph has gets lines
// that lead on.
class Graph {
 public:
  explicit Graph(bool colour) : colour_(colour) {}

  // The next commit, with those of its parents that will be shown, drawn as `sign`.
  void update(const object::Id& commit, std::vector<object::Id> parents, char sign = '*');

  // The next line; sets `is_commit` where it has the commit.
  std::string next_line(bool* is_commit = nullptr);
  // A line that leads on, without going on with what is drawn for the commit if it has not begun.
  std::string padding();
  // All of what is drawn for the commit was drawn.
  bool is_finished() const { return state_ == State::padding; }
  std::size_t width() const { return static_cast<std::size_t>(width_); }

 private:
  enum class State { padding, skip, pre_commit, commit, post_merge, collapsing };
  struct Column {
    object::Id commit;
    std::size_t colour = 0;
  };
  struct Line {
    std::string text;
    int width = 0;
  };

  void enter(State state) {
    before_ = state_;
    state_ = state;
  }
  int parents() const { return static_cast<int>(parents_.size()); }
  int dashes() const { return parents() + layout_ - 3; }
  bool needs_room() const;
  int new_column_of(const object::Id& commit) const;
  std::size_t colour_of(const object::Id& commit) const;
  void add_new_column(const object::Id& commit, int from);
  void update_columns();
  bool is_settled() const;
  void put(Line& line, const Column& column, char c) const;
  static void put(Line& line, char c, int count = 1);
  std::string finished(Line line) const;
  void pre_commit_line(Line& line);
  void commit_line(Line& line);
  void post_merge_line(Line& line);
  void collapsing_line(Line& line);
  void collapse(int& edge, int& edge_target);
  const object::Id& column_commit(std::size_t i) const {
    return i < columns_.size() ? columns_[i].commit : commit_;
  }

  bool colour_;
  std::size_t current_colour_ = kColours - 1;
  static constexpr std::size_t kColours = 12;

  object::Id commit_;
  char sign_ = '*';
  std::vector<object::Id> parents_;
  State state_ = State::padding;
  State before_ = State::padding;
  int width_ = 0;
  int row_ = 0;  // of those that make room for a merge of many
  int index_ = 0;
  int index_before_ = 0;
  int layout_ = 0;  // of a merge: 0 leans to the left, 1 does not
  int edges_ = 0;   // that a merge added
  int edges_before_ = 0;
  std::vector<Column> columns_;  // above the commit
  std::vector<Column> new_columns_;
  std::vector<int> mapping_;  // to which new column the character of a line leads; -1: to none
  std::vector<int> mapping_before_;
};

// Commits in the order of git log --graph: what a merge brought stands above what it was brought
// to, and lines of history are not mixed. `order` is how they come by time; only parents among them
// count.
struct GraphCommit {
  object::Id id;
  std::vector<object::Id> parents;
  bool shown = true;
};
std::vector<GraphCommit> in_graph_order(std::vector<GraphCommit> order);

}  // namespace hn::cli
