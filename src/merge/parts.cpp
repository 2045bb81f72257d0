#include "hn/merge/parts.hpp"

#include <utility>

namespace hn::merge {
namespace {

// About what it holds in memory.
std::size_t bytes_of(const Parts::Part& part) noexcept {
  std::size_t out = 160 + part.values.size() * sizeof(std::optional<object::Value>);
  for (const std::string& path : part.conflicts) out += sizeof(std::string) + path.size();
  return out;
}

}  // namespace

const Parts::Part* Parts::find(const Hash& key) {
  if (const auto at = young_.find(key); at != young_.end()) return &at->second;
  const auto at = old_.find(key);
  if (at == old_.end()) return nullptr;
  Part found = std::move(at->second);
  old_.erase(at);
  note(key, std::move(found));
  return &young_.at(key);
}

void Parts::note(const Hash& key, Part part) {
  if (bytes_ >= bytes_max_) {
    old_ = std::exchange(young_, {});
    bytes_ = 0;
  }
  const std::size_t bytes = bytes_of(part);
  if (young_.insert_or_assign(key, std::move(part)).second) bytes_ += bytes;
}

void Parts::clear() {
  young_.clear();
  old_.clear();
  bytes_ = 0;
}

}  // namespace hn::merge
