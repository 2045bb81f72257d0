#pragma once

#include <functional>
#include <memory>
#include <string>

#include "hn/node/tree_changes.hpp"

namespace hn::node {

// Watches working trees, from when somebody first asks for one until nobody has for long or it is
// gone. On a thread of its own, as looking into thousands of folders takes a while.
class TreeWatcher {
 public:
  // Once, on that thread; not after the destructor's end.
  using Reply = std::function<void(std::string answer)>;

  struct Times {
    Duration unasked_max = std::chrono::hours(24);
    Duration between_tries = std::chrono::minutes(10);  // of a tree that cannot be watched
    Duration between_looks = std::chrono::hours(1);     // for what nobody asks for any more
  };

  TreeWatcher();
  explicit TreeWatcher(const Times& times);
  ~TreeWatcher();
  TreeWatcher(const TreeWatcher&) = delete;
  TreeWatcher& operator=(const TreeWatcher&) = delete;

  // An answer as encode_answer() writes it.
  void ask(TreeQuestion question, Reply reply);

 private:
  class Trees;
  std::unique_ptr<Trees> trees_;
};

}  // namespace hn::node
