#pragma once

#include <deque>
#include <unordered_map>

#include "git/parse.hpp"
#include "git/source.hpp"
#include "hn/store/id_table.hpp"

// Which objects an import needs, in which order: history first, then each object after all that it
// names, so that whoever converts them has the ids of its children. Deltas come out well because
// commits go oldest first, and each new file or folder comes with the one that stood at its path
// in the first parent.
namespace hn::git {

// A folder, parsed; the lines point into the object.
struct Folder {
  Object object;
  std::vector<TreeLine> lines;
  bool plain = false;  // is_plain(lines)
};

// One object, after all that it names.
struct Item {
  Type type = Type::blob;
  Oid oid{};
  std::optional<Oid> base;               // an older version
  std::optional<Object> object;          // commits, tags, blobs
  std::shared_ptr<const Folder> folder;  // trees
  std::shared_ptr<const Folder> older;   // trees: that of `base`

  std::uint64_t large = 0;  // of a blob that is not held: its length

  // None of what is large.
  ByteView bytes() const noexcept {
    if (large > 0) return {};
    return folder ? folder->object.bytes() : object->bytes();
  }
};

class Sink {
 public:
  virtual ~Sink() = default;
  // What is found to be there already, before any item that names it.
  virtual void known(Type type, const Oid& oid, const object::Id& id) = 0;
  virtual void item(Item item) = 0;
};

// Folders read lately. Each is needed again when its next version comes. Two generations: when the
// younger is full, the older goes.
class Folders {
 public:
  explicit Folders(const Source& source) : source_(source) {}
  std::shared_ptr<const Folder> read(const Oid& oid);

 private:
  struct Hash {
    std::size_t operator()(const Oid& oid) const noexcept;
  };
  using Table = std::unordered_map<Oid, std::shared_ptr<const Folder>, Hash>;

  void keep(const Oid& oid, const std::shared_ptr<const Folder>& folder);

  const Source& source_;
  Table young_;
  Table old_;
  std::size_t young_bytes_ = 0;
};

// What to convert, found by one walk over commits and tags alone.
class History {
 public:
  struct Step {
    Type type = Type::commit;
    Oid oid{};
  };

  History(const Source& source, const ImportOptions& options, Progress& progress)
      : source_(source), options_(options), progress_(progress), seen_(options.scratch) {}

  // All that `start` reaches and no earlier call reached.
  void add(const Oid& start);

  // Commits after their parents, tags after what they name, single trees and blobs.
  const std::vector<Step>& steps() const noexcept { return steps_; }
  // Where the walk stopped because options.known answered.
  struct Known {
    Type type = Type::commit;
    Oid oid{};
    object::Id id;
  };
  const std::vector<Known>& known() const noexcept { return known_; }

 private:
  struct Open {
    Oid oid{};
    std::vector<GitId> parents;  // still to be opened, the last first
  };

  bool seen_before(Type type, const Oid& oid);
  void add_commits(const Oid& start);
  void open(std::deque<Open>& path, const Oid& oid);
  void done(Type type, const Oid& oid);

  const Source& source_;
  const ImportOptions& options_;
  Progress& progress_;
  store::IdTable<Oid, bool> seen_;
  std::vector<Step> steps_;
  std::vector<Known> known_;
};

// Reads what History found and everything beneath, and hands it to `sink` in order.
class Walk {
 public:
  // `leave_large`: hand over large blobs by their length alone.
  Walk(const Source& source, const ImportOptions& options, Sink& sink, bool leave_large)
      : source_(source),
        blocks_(options.blocks),
        sink_(sink),
        leave_large_(leave_large),
        folders_(source),
        seen_(options.scratch),
        root_of_(options.scratch),
        known_folders_(options.scratch),
        spread_(options.scratch) {}
  void run(const History& history);

 private:
  void start_known(const History::Known& known);
  void commit(const Oid& oid);
  void tag(const Oid& oid);
  void blob(const Oid& oid, std::optional<Oid> base);
  std::optional<Oid> seen_kin(const Oid& oid) const;
  void blob(const Oid& oid, const std::optional<Oid>& base, Object object);
  void tree(const Oid& oid, const std::optional<Oid>& base, std::size_t depth);
  void children(const Folder& folder, const Folder* older, const std::optional<Oid>& base,
                std::size_t depth);
  void spread_known(const Oid& oid, const Folder& folder);

  const Source& source_;
  const object::BlockReader* blocks_;
  Sink& sink_;
  bool leave_large_;
  Folders folders_;
  template <class T>
  using Table = store::IdTable<Oid, T>;
  Table<bool> seen_;                 // true: with all that lies beneath
  Table<Oid> root_of_;               // by commit
  Table<object::Id> known_folders_;  // of commits imported before, as far as they were needed
  Table<bool> spread_;               // those whose children are known too
};

}  // namespace hn::git
