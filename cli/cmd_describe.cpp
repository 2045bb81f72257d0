#include <ostream>

#include "hn/repo/revision.hpp"
#include "hn/repo/tags.hpp"
#include "output.hpp"

namespace hn::cli {
namespace {

int run(Context& context, const Given& given) {
  repo::Repository repository = context.open();
  const std::string word = given.value("REV").value_or("HEAD");
  const object::Id commit = repo::resolve_commit(repository, word);
  const auto found = repo::describe(repository, commit, given.has("tags"));
  const bool exact = found && found->distance == 0;
  if ((!found && !given.has("always")) || (given.has("exact-match") && !exact)) {
    throw Failure(Code::not_found,
                  "no tag " + std::string(found ? "stands at '" : "leads to '") + word + "'",
                  "--tags takes tags without a message too; --always prints the id then");
  }
  std::string text = short_id(commit);
  if (found) {
    text = escape_controls(found->tag);
    if (!exact || given.has("long"))
      text += "-" + std::to_string(found->distance) + "-g" + short_id(commit);
  }
  if (given.has("json")) {
    Json out;
    put_text(out, "text", text);
    out["commit"] = object::to_hex(commit);
    if (found) put_text(out, "tag", found->tag);
    if (found) out["distance"] = found->distance;
    print(context, out);
  } else {
    context.out << text << "\n";
  }
  return 0;
}

}  // namespace

Command cmd_describe() {
  return {"describe",
          "Name a commit after the nearest tag",
          {{"--tags", "", "tags without a message too"},
           {"--long", "", "distance and id also where a tag stands there"},
           {"--exact-match", "", "only a tag that stands there"},
           {"--always", "", "the short id where no tag leads there"},
           {"--json", "", "as JSON"}},
          {{"REV", "the commit (else the working tree's)", 0, 1, Offers::revisions}},
          run};
}

}  // namespace hn::cli
