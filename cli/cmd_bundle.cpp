#include <ostream>

#include "hn/repo/bundle.hpp"
#include "report.hpp"

namespace hn::cli {
namespace {

// What the system would say of the file beside it is of no use to anybody.
void require_place(const Context& context, const std::string& action, const std::string& file) {
  os::FileSystem& fs = context.world.fs;
  const auto stat = fs.stat(file);
  if (action == "apply") {
    if (!stat) throw Failure(Code::not_found, "there is no file " + file, "hn bundle apply FILE");
    if (stat->folder) throw Failure(Code::not_found, file + " is a folder", "hn bundle apply FILE");
    return;
  }
  const std::string folder = os::parent_of(file);
  const auto above = fs.stat(folder);
  if (!above || !above->folder)
    throw Failure(Code::not_found, "there is no folder " + folder, "make it, or name another");
}

int run(Context& context, const Given& given) {
  repo::Repository repository = context.open();
  const std::string action = *given.value("ACTION");
  const std::string file = context.absolute(*given.value("FILE"));
  repo::BundleDone done;
  repo::Moved moved;
  moved.done = true;
  if (action == "create" || action == "apply") require_place(context, action, file);
  if (action == "create") {
    done = repo::create_bundle(repository, file);
  } else if (action == "apply") {
    done = repo::apply_bundle(repository, file);
    if (!given.has("no-update")) moved = repo::update_working_tree(repository);
    say_refusals(context, moved);
  } else {
    throw Failure(Code::usage, "'" + action + "' is neither create nor apply",
                  "hn bundle create FILE, hn bundle apply FILE");
  }
  if (given.has("json")) {
    Json out;
    out["entries"] = done.entries;
    out["blocks"] = done.blocks;
    out["bytes"] = done.bytes;
    if (action == "apply") out["working_tree"] = moved_json(moved);
    print(context, out);
  } else {
    context.out << (action == "create" ? "wrote " : "new here: ") << done.entries
                << (done.entries == 1 ? " entry and " : " entries and ")
                << count_of(done.blocks, "block") << ", " << bytes_text(done.bytes) << "\n";
  }
  if (!moved.done) {
    context.err << "note: the working tree stays as it is: uncommitted work on "
                << shown_path(moved.obstacles.front().path) << " overlaps with what came\n";
  }
  return 0;
}

}  // namespace

Command cmd_bundle() {
  return {"bundle",
          "Carry the history as a file where no network leads",
          {{"--no-update", "", "apply: leave the working tree alone"}, {"--json", "", "as JSON"}},
          {{"ACTION", "create or apply", 1, 1, Offers::words, "create apply"},
           {"FILE", "the bundle", 1, 1, Offers::files}},
          run};
}

}  // namespace hn::cli
