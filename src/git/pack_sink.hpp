#pragma once

#include <memory>
#include <vector>

#include "git/handoff.hpp"
#include "git/large_blob.hpp"
#include "git/pack_file.hpp"
#include "git/restore.hpp"
#include "git/target.hpp"

namespace hn::git {

// Writes restored objects into a repository, in a thread of its own: few of them as single files,
// as `git fetch` does (fetch.unpackLimit), more as a pack, so that exports often repeated leave no
// trail of small packs.
class PackSink final : public RestoredSink {
 public:
  PackSink(const ExportOptions& options, Target& target, Exported& out);

  void object(Restored object) override;
  void piece(Bytes&& bytes) override;
  bool wants_pieces() const override { return true; }
  // All of it is durable and visible on return. Once.
  void finish();

 private:
  // What goes to the thread: an object, or a piece of the large one before.
  struct Handed {
    Restored object;
    std::optional<Bytes> piece;
  };
  void take(Restored object);
  void take_large(const Restored& object);
  void take_piece(const Bytes& bytes);
  void count(Type type);
  void pack(const Restored& object);
  void start_pack();

  const ExportOptions& options_;
  Target& target_;
  Exported& out_;
  bool fresh_ = false;  // nothing can be there already
  std::vector<Restored> few_;
  std::unique_ptr<PackWriter> pack_;
  std::uint64_t large_left_ = 0;  // of a large one that is being packed
  std::vector<std::pair<object::Id, GitId>> made_here_;
  Handoff<Handed> thread_;  // last: it works on all above
};

// Compares restored objects with those of a repository.
class CompareSink final : public RestoredSink {
 public:
  explicit CompareSink(const Target& target, const std::string& path);
  void object(Restored object) override;
  bool wants_bases() const override { return false; }
  std::uint64_t objects = 0;

 private:
  bool is_there(const Restored& object);

  const Target& target_;
  const std::string& path_;
  LargeBlobs large_;
};

}  // namespace hn::git
