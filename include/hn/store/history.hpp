#pragma once

#include <memory>

#include "hn/object/history.hpp"

namespace hn::store {

// The commit graph over a reader of blocks. A commit is read and decoded once and then remembered
// (its parents and its generation, some 100 bytes), so walking 80,000 commits costs 80,000 reads
// the first time and look-ups afterwards. Depth of the graph costs no stack. One thread at a time.
class BlockHistory final : public object::History {
 public:
  explicit BlockHistory(const object::BlockReader& reader);  // which outlives this
  ~BlockHistory() override;

  Result<std::vector<object::Id>> parents(const object::Id& commit) const override;
  Result<std::uint64_t> generation(const object::Id& commit) const override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hn::store
