#pragma once

#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "net/stream_port.hpp"
#include "net/sync_shared.hpp"
#include "net/sync_wire.hpp"

namespace hn::net {

// Rows of manifests that a peer said it holds, as far as one session remembers them: 8 bytes of
// each address. A wrong yes (somebody found addresses that begin alike) costs the peer one more
// question.
inline constexpr std::size_t kHeldRowsMax = 1u << 17;
// Manifests told as held in one session; the newest count.
inline constexpr std::size_t kHeldManifestsMax = 4096;

class HeldBlocks {
 public:
  // Later ones are looked at first.
  void add(std::span<const log::ManifestRoot> manifests);
  // Does the peer hold this block, by what it said? Reads manifests when first needed.
  bool covers(const object::BlockReader& reader, const object::Address& address);

 private:
  void load(const object::BlockReader& reader, const log::ManifestRoot& manifest);
  std::vector<log::ManifestRoot> unread_;
  std::unordered_set<std::uint64_t> rows_;
};

inline constexpr std::size_t kNoBlockMax = ~std::size_t{0};

struct Served {
  std::uint64_t blocks = 0;
  std::uint64_t bytes = 0;
};

// Answers one request: what was asked for by address first, then the manifests' rows, each item
// from its last row to its first. Reads a block only when the stream takes it.
class Serving {
 public:
  Serving(SharedRepository& shared, HeldBlocks& held, Request request, Outbox outbox);

  // Writes what the stream takes, at most about `bytes_max`. True where it stopped for a limit
  // alone and wants another turn. Before a block of more than `block_max` it stops as well.
  bool turn(std::size_t bytes_max, std::size_t block_max, Served& served);
  // It stopped before such a block.
  bool at_large() const noexcept { return at_large_; }
  void pump() { outbox_.pump(); }
  bool finished() const noexcept { return outbox_.finished(); }

 private:
  struct Next {
    std::optional<object::Address> address;
    std::uint64_t absent = 0;  // so many rows that this store cannot name
  };
  bool at_end() const noexcept {
    return !held_next_ && address_at_ == request_.addresses.size() && item_done();
  }
  bool item_done() const noexcept;
  Next next();
  Next next_row();
  std::optional<std::size_t> answer(const object::Address& address, std::size_t block_max,
                                    Served& served);
  bool stands(const object::Address& base, std::uint64_t& back);

  SharedRepository& shared_;
  HeldBlocks& held_;
  Request request_;
  Outbox outbox_;
  std::optional<Next> held_next_;  // not yet answered
  bool at_large_ = false;
  std::size_t address_at_ = 0;
  std::size_t item_at_ = 0;
  std::vector<object::Address> rows_;  // of the window being served, last row first
  std::size_t row_at_ = 0;
  std::uint64_t place_ = 0;  // of what is answered next
  // By whole addresses: a place given for a block that only begins alike would get the sender
  // blamed.
  std::unordered_map<object::Address, std::uint64_t> sent_;
};

}  // namespace hn::net
