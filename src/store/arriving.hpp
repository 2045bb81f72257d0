#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <unordered_map>

#include "hn/store/batch.hpp"
#include "store/ordered_pool.hpp"
#include "store/plain.hpp"

namespace hn::store {

// Whether a block can have this form at all.
bool is_possible(const Stored& stored, const object::Address& address) noexcept;
// What it decodes to, and at which depth its record lies: 0 where the chain of its base is at its
// limit, for then it is to be packed anew. `base` is null where it has none.
Result<PlainPtr> decode_on(const Stored& stored, const Plain* base);

// Blocks of a batch that came from elsewhere and are not judged yet. They are decoded and hashed in
// groups, on other threads too; and kept in the order in which they came, each once its own
// plaintext was found to be what its address says: whether its base was, when it was decoded, need
// not be known for that.
class Arriving {
 public:
  struct Target {
    std::function<bool(const object::Address&)> has;
    std::function<void(const object::Address&, const Stored&, const PlainPtr&)> keep;
    std::function<Result<PlainPtr>(const object::Address&)> read_base;
  };
  Arriving(Target target, unsigned threads);
  // Where nothing is in work.
  void on_kept(Batch::OnStored call) { on_kept_ = std::move(call); }

  void submit(Stored stored, const object::Address& address);
  std::optional<Judged> take(bool wait);
  bool empty() const noexcept { return blocks_.empty(); }
  // Drops all that is not judged.
  void drop();

 private:
  struct Coming {
    object::Address address;
    Stored stored;
    std::optional<Taken> taken;
    bool comes_again = false;  // before the first one was judged
    // At most one of them, and nothing once it is decoded: else a long chain would hold all of its
    // blocks.
    PlainPtr base;
    std::shared_ptr<const Coming> coming_base;
    // By the thread that decodes it, and for others from `decoded` on.
    PlainPtr plain;  // null where it could not be
    bool lacks_base = false;
    std::atomic<bool> decoded = false;
  };
  using ComingPtr = std::shared_ptr<Coming>;
  // What a thread gets: it waits for bases that earlier groups have, which were given out before.
  struct Group {
    std::vector<ComingPtr> blocks;
    bool find_named = false;
  };
  struct Hashed {
    std::vector<object::Id> ids;  // of those with a plaintext, in order
    object::Named named;          // by those that are what their addresses say
  };
  static void decode(Coming& block);
  static Hashed decode_and_hash(const Group& group);

  std::optional<Taken> find_base(Coming& block) const;
  void submit_group();
  void judge(const Hashed& hashed);
  Taken judge(const ComingPtr& block, const object::Id* id);

  Target target_;
  Batch::OnStored on_kept_;
  OrderedPool<Group, Hashed> decoding_;
  std::size_t in_work_max_;
  std::deque<std::vector<ComingPtr>> given_;  // to those threads
  std::deque<ComingPtr> blocks_;              // in order
  std::unordered_map<object::Address, ComingPtr> unjudged_;
  std::vector<ComingPtr> group_;
  std::size_t group_bytes_ = 0;
  std::vector<object::Id> kept_;  // of the group that is judged
  bool was_wrong_ = false;        // one of them: what stood on it must not be kept
};

}  // namespace hn::store
