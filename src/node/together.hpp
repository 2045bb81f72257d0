#pragma once

#include <functional>
#include <string>
#include <vector>

#include "hn/repo/world.hpp"
#include "node/errands.hpp"

namespace hn::node {

// Brings the clones of one repository that a user has on this machine into step with each other, on
// a thread of its own. It opens them itself: to all others it is one more process, and who watches
// a store sees what it brings there.
class Together {
 public:
  struct Clone {
    std::string root;
    bool publishes = false;  // its drafts first
  };
  // On that thread, with what went wrong, or nothing.
  using Done = std::function<void(const std::string& problem)>;

  explicit Together(const repo::World& world) : world_(world) {}

  // All that any of them has is in all of them then.
  void bring(std::vector<Clone> clones, Done done);

 private:
  std::string work(const std::vector<Clone>& clones);

  const repo::World& world_;
  Errands errands_;
};

}  // namespace hn::node
