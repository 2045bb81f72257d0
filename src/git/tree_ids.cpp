#include "hn/git/tree_ids.hpp"

#include "git/restore.hpp"

namespace hn::git {
namespace {

class Nowhere final : public RestoredSink {
 public:
  void object(Restored) override {}
  bool wants_bases() const override { return false; }
};

}  // namespace

struct TreeIds::State {
  State(const object::BlockReader& blocks, std::uint8_t id_bytes)
      : restorer(blocks, nowhere, nullptr, id_bytes) {}
  Nowhere nowhere;
  Restorer restorer;
};

TreeIds::TreeIds(const object::BlockReader& blocks, std::uint8_t id_bytes)
    : state_(std::make_unique<State>(blocks, id_bytes)) {}
TreeIds::~TreeIds() = default;

Result<std::optional<GitId>> TreeIds::of(const object::Id& folder) {
  return state_->restorer.folder_id(folder);
}

}  // namespace hn::git
