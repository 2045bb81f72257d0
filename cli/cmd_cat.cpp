#include <ostream>

#include "hn/object/conflict.hpp"
#include "hn/object/file.hpp"
#include "hn/repo/revision.hpp"
#include "patch.hpp"
#include "words.hpp"

namespace hn::cli {
namespace {

void list_folder(const Context& context, const repo::Repository& repository, const object::Id& id) {
  const auto tree = repo::require(object::read_tree(repository.store(), id), "reading the folder");
  for (const object::TreeEntry& entry : tree.entries) {
    context.out << shown_path(entry.name) << (entry.value.mode == object::Mode::folder ? "/" : "")
                << "\n";
  }
}

int run(Context& context, const Given& given) {
  repo::Repository repository = context.open();
  const repo::PathAt at =
      repo::resolve_path(repository, from_root(context, repository, *given.value("REV:PATH")));
  switch (at.value.mode) {
    case object::Mode::folder:
      list_folder(context, repository, at.value.id());
      break;
    case object::Mode::submodule:
    case object::Mode::conflict: {
      const Side side = side_of(repository.store(), at.value);
      context.out << as_text(*side.bytes);
      break;
    }
    default:
      repo::require(object::stream_file(repository.store(), at.value.id(),
                                        [&](ByteView bytes) {
                                          context.out << as_text(bytes);
                                          return static_cast<bool>(context.out);
                                        }),
                    "reading the file");
  }
  return 0;
}

}  // namespace

Command cmd_cat() {
  return {"cat",
          "Print a file as it is in a revision",
          {},
          {{"REV:PATH", "the file; of a folder its names are printed", 1, 1, Offers::revisions}},
          run};
}

}  // namespace hn::cli
