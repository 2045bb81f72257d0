#include "hn/git/verify.hpp"

#include "git/restore.hpp"

namespace hn::git {
namespace {

class Counted final : public RestoredSink {
 public:
  explicit Counted(Verified& counts) : counts_(counts) {}
  void object(Restored object) override {
    if (object.made_here) made_here = object.from;
    switch (object.type) {
      case Type::commit:
        ++counts_.commits;
        break;
      case Type::tree:
        ++counts_.trees;
        break;
      case Type::blob:
        ++counts_.files;
        break;
      case Type::tag:
        ++counts_.tags;
        break;
    }
  }
  bool wants_bases() const override { return false; }
  std::optional<object::Id> made_here;

 private:
  Verified& counts_;
};

}  // namespace

Result<Verified> verify_import(const object::BlockReader& blocks,
                               std::span<const ImportedRef> refs) {
  Verified out;
  Counted sink(out);
  // An object can be in repositories of both kinds, with another id in each.
  Restorer sha1(blocks, sink);
  Restorer sha256(blocks, sink, nullptr, kSha256Bytes);
  for (const ImportedRef& ref : refs) {
    Restorer& restorer = ref.git.size == kSha256Bytes ? sha256 : sha1;
    HN_TRY(const GitId made, restorer.add(ref.kind, ref.id));
    // What it stands on may have been made here and gone out: its own id proves that as well.
    if (sink.made_here == ref.id)
      return fail(Code::damaged, "a commit or tag carries no git id", ref.id.bytes);
    if (made != ref.git)
      return fail(Code::damaged, "a reference carries another git id", ref.id.bytes);
  }
  return out;
}

}  // namespace hn::git
