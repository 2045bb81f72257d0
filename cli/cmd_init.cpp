#include <ostream>

#include "hn/repo/init.hpp"
#include "output.hpp"

namespace hn::cli {
namespace {

int run(Context& context, const Given& given) {
  repo::InitRequest request;
  request.folder = context.absolute(given.value("DIR").value_or("."));
  request.label = given.value("name").value_or("");
  request.default_branch = given.value("branch").value_or("main");
  const auto visibility = given.value("visibility").value_or("members");
  if (visibility == "public") {
    request.visibility = log::Visibility::open;
  } else if (visibility != "members") {
    throw Failure(Code::usage, "'" + visibility + "' is not public or members");
  }
  const repo::Repository made = repo::init(context.world, request);
  if (given.has("json")) {
    Json out;
    put_text(out, "folder", request.folder);
    out["repository"] = log::to_hex(made.id());
    out["device"] = hn::to_hex(made.device().bytes);
    out["label"] = made.record().label;
    out["branch"] = request.default_branch;
    print(context, out);
    return 0;
  }
  context.out << "a new repository in " << escape_controls(request.folder) << ", on branch "
              << request.default_branch << "; this device is " << made.record().label << "\n";
  if (context.world.fs.stat(request.folder + "/.git")) {
    context.err << "this is a git checkout too; to bring its history in: hn import git .\n";
  }
  return 0;
}

}  // namespace

Command cmd_init() {
  return {"init",
          "Make a repository in a folder",
          {{"--name", "NAME", "call this device NAME (else after the machine)"},
           {"-b,--branch", "NAME", "call the default branch NAME (else main)"},
           {"--visibility", "WHO", "who may read: members (default) or public", Offers::words,
            "members public"},
           {"--json", "", "as JSON"}},
          {{"DIR", "the folder; made if it is not there (else the current one)", 0, 1,
            Offers::folders}},
          run};
}

}  // namespace hn::cli
