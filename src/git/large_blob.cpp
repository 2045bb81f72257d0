#include "git/large_blob.hpp"

#include "git/program.hpp"
#include "hn/base/error.hpp"

namespace hn::git {

GitHash object_hash(Type type, std::uint64_t bytes, std::uint8_t id_bytes) {
  std::string head(name_of(type));
  head.append(" ").append(std::to_string(bytes)).push_back('\0');
  GitHash hash(id_bytes);
  hash.update(as_bytes(head));
  return hash;
}

LargeBlobs::LargeBlobs(std::string folder, std::string shown)
    : folder_(std::move(folder)), shown_(std::move(shown)) {}

bool LargeBlobs::are_readable() {
  return find_git().has_value();
}

bool LargeBlobs::read(const Oid& oid, const std::function<void(ByteView piece)>& take) {
  if (!batch_) {
    // From this length on git does not hold it either.
    const std::string threshold = "core.bigFileThreshold=" + std::to_string(kLargeBytes / 2);
    batch_ = std::make_unique<CatFile>(
        program::command(find_git().value(), folder_, {"-c", threshold, "cat-file", "--batch"}),
        shown_);
  }
  const auto header = batch_->ask(oid);
  if (!header) return false;
  GitHash hash = object_hash(header->type, header->size, oid.size);
  const bool is_blob = header->type == Type::blob;
  batch_->contents(header->size, [&](ByteView piece) {
    hash.update(piece);
    if (is_blob) take(piece);
  });
  return is_blob && hash.finish() == oid;
}

}  // namespace hn::git
