#pragma once

#include <memory>
#include <vector>

#include "git/handoff.hpp"
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
  // All of it is durable and visible on return. Once.
  void finish();

 private:
  void take(Restored object);
  void pack(const Restored& object);

  const ExportOptions& options_;
  Target& target_;
  Exported& out_;
  bool fresh_ = false;  // nothing can be there already
  std::vector<Restored> few_;
  std::unique_ptr<PackWriter> pack_;
  std::vector<std::pair<object::Id, GitId>> made_here_;
  Handoff<Restored> thread_;  // last: it works on all above
};

// Compares restored objects with those of a repository.
class CompareSink final : public RestoredSink {
 public:
  explicit CompareSink(const Target& target, const std::string& path)
      : target_(target), path_(path) {}
  void object(Restored object) override;
  bool wants_bases() const override { return false; }
  std::uint64_t objects = 0;

 private:
  const Target& target_;
  const std::string& path_;
};

}  // namespace hn::git
