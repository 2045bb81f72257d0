#pragma once

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

// Blocks of a batch that came from elsewhere and are not judged yet. They are decoded as they come,
// for each may be the base of the next; hashed in groups, on other threads too; and kept in the
// order in which they came, each once its own plaintext was found to be what its address says:
// whether its base was, when it was decoded, need not be known for that.
class Arriving {
 public:
  struct Target {
    std::function<bool(const object::Address&)> has;
    std::function<void(const object::Address&, const Stored&, const PlainPtr&)> keep;
    std::function<Result<PlainPtr>(const object::Address&)> read_base;
  };
  Arriving(Target target, unsigned threads);

  void submit(Stored stored, const object::Address& address);
  std::optional<Judged> take(bool wait);
  bool empty() const noexcept { return blocks_.empty(); }
  // Drops all that is not judged.
  void drop();

 private:
  // Plaintexts, and what they are hashed to.
  using Group = std::vector<PlainPtr>;
  using Ids = std::vector<object::Id>;
  static Ids hash_group(const Group& group);

  struct Coming {
    object::Address address;
    Stored stored;
    PlainPtr plain;
    std::optional<Taken> taken;
    bool comes_again = false;  // before the first one was judged
  };

  Result<PlainPtr> base_of(const Stored& stored) const;
  void submit_group();
  void judge(const Ids& ids);
  Taken judge(Coming& block, const object::Id& id);

  Target target_;
  OrderedPool<Group, Ids> hashing_;
  std::size_t in_work_max_;
  std::deque<Coming> blocks_;  // in order
  std::size_t judged_ = 0;     // of the first so many it is known what becomes of them
  std::unordered_map<object::Address, PlainPtr> unjudged_;
  Group group_;
  std::size_t group_bytes_ = 0;
  bool was_wrong_ = false;  // one of them: what stood on it must not be kept
};

}  // namespace hn::store
