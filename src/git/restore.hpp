#pragma once

#include <deque>
#include <map>
#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "git/ahead.hpp"
#include "git/parse.hpp"
#include "hn/git/form.hpp"
#include "hn/object/tree.hpp"
#include "hn/store/id_table.hpp"

// hn's values become git's objects again, one by one, children first: the way back of convert.hpp.
namespace hn::git {

// One object of git's, after all that it names, once.
struct Restored {
  Type type = Type::blob;
  GitId id;
  object::Id from;         // of commits and tags; of trees and blobs the folder or file
  bool made_here = false;  // a commit or tag that carries no git id
  std::shared_ptr<const Bytes> bytes;
  // An older version that was handed out before, where there is one at hand.
  std::optional<GitId> base;
  std::shared_ptr<const Bytes> base_bytes;
  // A large blob (large_blob.hpp) has no bytes here, but so many in pieces behind it.
  std::uint64_t large = 0;
};

class RestoredSink {
 public:
  virtual ~RestoredSink() = default;
  virtual void object(Restored object) = 0;
  // What follows a large blob, to its end.
  virtual void piece(Bytes&& /*bytes*/) {}
  virtual bool wants_pieces() const { return false; }
  // Whether it has a use for older versions, which have to be read.
  virtual bool wants_bases() const { return true; }
};

// What need not be restored.
class Elsewhere {
 public:
  virtual ~Elsewhere() = default;
  // Git's id of a commit or tag that is there with everything it names.
  virtual std::optional<GitId> has(const object::Id& id, const std::optional<GitId>& claimed) = 0;
  // The bytes of an object there; nullopt where it cannot be read.
  virtual std::optional<Bytes> read(Type type, const GitId& id) = 0;
};

// Commits are walked with a stack of its own, folders by recursion, bounded as import bounds them.
// Errors are those of reading blocks; Code::damaged where a commit or tag claims another git id
// than it has; Code::unsupported where it came from, or names, ids of another length;
// Code::refused over a limit. Failures of the sink pass through. Memory:
// versions kept as bases up to a limit, 32 bytes a commit, and what `scratch` bounds: without it
// some 110 bytes an object.
class Restorer {
 public:
  // All outlive this. Git's ids have `id_bytes` (20 or 32).
  Restorer(const object::BlockReader& blocks, RestoredSink& sink, Elsewhere* elsewhere = nullptr,
           std::uint8_t id_bytes = 20, store::Scratch scratch = {})
      : blocks_(blocks),
        sink_(sink),
        elsewhere_(elsewhere),
        id_bytes_(id_bytes),
        scratch_(std::move(scratch)),
        ids_(scratch_) {}

  // Where given, long histories are read ahead through blocks that this opens, in another thread.
  Ahead::OpenBlocks open_blocks;

  // Called behind each commit and tag with how many were done and how many objects in all.
  std::function<void(std::uint64_t done, std::uint64_t objects)> progress;

  // Hands out all that `id` reaches and no call before did; answers git's id.
  Result<GitId> add(object::Kind kind, const object::Id& id);
  // The same for a folder alone; nothing where a conflict lies beneath.
  Result<std::optional<GitId>> folder_id(const object::Id& id) { return tree(id, {}, 0); }

 private:
  // A folder as it was handed out: what its next version is made from.
  struct Folder {
    std::shared_ptr<const Bytes> bytes;
    std::vector<TreeLine> lines;  // of `bytes`
    bool raw = false;             // its bytes were kept, entries do not make them
  };
  // Two generations: when the younger is full, the older goes.
  template <class T>
  class Lately {
   public:
    std::shared_ptr<const T> find(const object::Id& id);
    void keep(const object::Id& id, std::shared_ptr<const T> value, std::size_t bytes);

   private:
    using Table = std::unordered_map<object::Id, std::pair<std::shared_ptr<const T>, std::size_t>>;
    Table young_;
    Table old_;
    std::size_t bytes_ = 0;
  };
  struct Known {
    GitId id;
    bool handed_out = false;  // in this run, so that it can be a base
  };
  struct Base {
    std::optional<GitId> id;
    std::shared_ptr<const Bytes> bytes;
  };

  std::optional<GitId> known(const object::Id& id) const;
  Result<void> require_length(const GitId& git, const object::Id& id) const;
  Result<GitId> keep(const object::Id& id, Type type, std::shared_ptr<const Bytes> bytes,
                     const std::optional<GitId>& claimed, Base base);

  Result<GitId> file(const object::Id& id, const std::optional<object::Id>& base);
  Result<GitId> large_file(const object::Id& id);
  Result<Base> file_base(const std::optional<object::Id>& base);

  // nullopt for a folder with a conflict beneath: git has no form for it.
  Result<std::optional<GitId>> tree(const object::Id& id, const std::optional<object::Id>& base,
                                    std::size_t depth);
  // Its bytes; nullopt as above.
  Result<std::optional<Bytes>> whole(const object::Tree& tree, std::size_t depth);
  Result<std::optional<Bytes>> edited(const Folder& older, std::span<const object::Change> changes,
                                      std::size_t depth);
  // One of the two above, and whether these bytes were kept.
  Result<std::pair<std::optional<Bytes>, bool>> bytes_of_folder(
      const object::Id& id, const std::optional<object::Id>& base, const Folder* older,
      std::size_t depth);
  Result<std::optional<GitId>> child(const object::Value& value, const object::Value* older,
                                     std::size_t depth);
  std::shared_ptr<const Folder> keep_folder(const object::Id& id, Bytes bytes, bool raw);
  Result<std::shared_ptr<const Folder>> folder(const object::Id& id);
  Result<std::shared_ptr<const Folder>> folder_elsewhere(const object::Id& id, const GitId& git);

  struct Open {
    object::Id id;
    std::vector<object::Id> parents;  // still to be opened, the last first
  };
  Result<Ahead::Started> start(const object::Id& id);
  Result<GitId> root(const Ahead::Started& started, std::string& trailers);
  Result<void> commit(const object::Id& id);
  Result<void> open(std::deque<Open>& path, const object::Id& id);
  Result<std::vector<object::Id>> plan(const object::Id& start);
  Result<void> start_elsewhere(const object::Commit& commit, const GitId& git);
  Result<GitId> commits(const object::Id& start);
  Result<GitId> tags(const object::Id& start);
  void step_done();

  const object::BlockReader& blocks_;
  RestoredSink& sink_;
  Elsewhere* elsewhere_;
  std::uint8_t id_bytes_;
  store::Scratch scratch_;
  store::IdTable<object::Id, Known> ids_;
  std::unordered_set<object::Id> conflicted_;
  std::unordered_set<object::Id> elsewhere_folders_;
  std::unique_ptr<Ahead> ahead_;
  Lately<Folder> folders_;
  Lately<Bytes> files_;
  std::uint64_t done_ = 0;
  std::uint64_t objects_ = 0;
};

}  // namespace hn::git
