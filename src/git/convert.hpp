#pragma once

#include "git/large_blob.hpp"
#include "git/walk.hpp"

// Git's objects become blocks, one by one, children first.
namespace hn::git {

class Converter final : public Sink {
 public:
  Converter(const Source& source, const ImportOptions& options, object::BlockWriter& writer,
            LargeBlobs& large, Imported& out)
      : source_(source),
        options_(options),
        blocks_(options.blocks),
        writer_(writer),
        large_(large),
        out_(out),
        done_(options.scratch) {}

  void known(Type type, const Oid& oid, const object::Id& id) override;
  void item(Item item) override;

  struct Converted {
    object::Id id;
    Type type = Type::blob;
    bool one_block = false;  // serves whole as a delta base
    bool here = false;       // converted in this run, not known before
  };
  // Asserts that it was converted.
  Converted at(const Oid& oid) const;

 private:
  // Damaged where `from` names as a `type` what is missing or something else.
  Converted child(const Oid& from, const Oid& oid, std::optional<Type> type) const;
  object::Id id_of(const Oid& folder, const TreeLine& line) const;
  std::optional<object::Id> block_base(const Item& item) const;
  std::optional<object::Id> base_id(const Item& item) const;

  Converted blob(const Item& item);
  Converted large_blob(const Item& item);
  Converted tree(const Item& item);
  // From the older version, where both are plain and it was converted here.
  std::optional<Converted> edited_tree(const Item& item);
  Converted commit(const Item& item);
  Converted tag(const Item& item);

  std::vector<object::TreeEntry> entries(const Item& item);
  bool is_exact(const Folder& folder, const std::vector<object::TreeEntry>& entries) const;
  object::Id raw(const Item& item);
  object::Id root(const object::Id& plain, std::string_view message);
  [[noreturn]] void fail_refused(const Item& item, std::string_view rule) const;
  void say_shortened(const Oid& oid);
  void notice(const Oid& subject, std::string what);

  const Source& source_;
  const ImportOptions& options_;
  const object::BlockReader* blocks_;
  object::BlockWriter& writer_;
  LargeBlobs& large_;
  Imported& out_;
  store::IdTable<Oid, Converted> done_;
};

}  // namespace hn::git
