#include <ostream>

#include "failure.hpp"
#include "hn/repo/revision.hpp"
#include "hn/repo/tags.hpp"
#include "hn/worktree/ignore.hpp"
#include "message.hpp"
#include "output.hpp"

namespace hn::cli {
namespace {

int list(const Context& context, const repo::Repository& repository, const Given& given) {
  const auto pattern = given.value("list");
  const std::optional<Glob> glob =
      pattern ? std::optional<Glob>(std::in_place, *pattern, false) : std::nullopt;
  Json rows = Json::array();
  for (const repo::TagLine& tag : repo::tags(repository)) {
    if (glob && !glob->matches(tag.shown)) continue;
    if (!given.has("json")) {
      context.out << escape_controls(tag.shown) << "\n";
      continue;
    }
    Json row;
    put_text(row, "name", tag.shown);
    row["id"] = object::to_hex(tag.target.id);
    row["with_message"] = tag.target.kind == object::Kind::tag;
    row["published"] = !tag.draft;
    rows.push_back(std::move(row));
  }
  if (given.has("json")) print(context, Json{{"tags", rows}});
  return 0;
}

int remove(const Context& context, repo::Repository& repository, const Given& given,
           const std::vector<std::string>& names) {
  Json rows = Json::array();
  int status = 0;
  for (const std::string& name : names) {
    try {
      repo::delete_tag(repository, name);
    } catch (const Failure& failure) {
      context.out.flush();
      context.err << told(failure);
      if (status == 0)
        status = failure.code() == Code::not_found ? kExitNo : exit_status(failure.code());
      continue;
    }
    if (given.has("json"))
      rows.push_back(name);
    else
      context.out << "deleted tag " << escape_controls(name) << "\n";
  }
  if (given.has("json")) print(context, Json{{"deleted", rows}});
  return status;
}

int run(Context& context, const Given& given) {
  repo::Repository repository = context.open();
  const std::vector<std::string> words = given.values("NAME|REV");
  if (given.has("delete")) {
    if (words.empty()) throw Failure(Code::usage, "-d wants the names of tags");
    return remove(context, repository, given, words);
  }
  if (words.empty() || given.has("list")) {
    if (!words.empty()) throw Failure(Code::usage, "-l wants one pattern");
    return list(context, repository, given);
  }
  if (words.size() > 2)
    throw Failure(Code::usage, "one tag is made at a time", "hn tag NAME [REV]");
  repo::NewTag tag;
  tag.name = words.front();
  tag.message = message_of(context, given);
  tag.move = given.has("force");
  if (given.has("annotate") && !tag.message)
    throw Failure(Code::usage, "a tag with a message wants one", "hn tag -a -m MESSAGE NAME");
  tag.target = repo::resolve(repository, words.size() == 2 ? words.back() : "HEAD");
  const log::Target made = repo::create_tag(repository, tag);
  if (given.has("json")) {
    Json out;
    put_text(out, "name", tag.name);
    out["id"] = object::to_hex(made.id);
    print(context, out);
  } else {
    context.out << "tag " << escape_controls(tag.name) << " at " << short_id(tag.target.id) << "\n";
  }
  return 0;
}

}  // namespace

Command cmd_tag() {
  return {
      "tag",
      "List, create or delete tags",
      {{"-l,--list", "PATTERN", "only the tags that the pattern matches"},
       {"-a,--annotate", "", "with a message"},
       {"-m,--message", "MSG", "the message; several become paragraphs", Offers::nothing, "", true},
       {"-F,--file", "FILE", "the message from a file, - for standard input", Offers::files},
       {"-f,--force", "", "move the tag where there is one"},
       {"-d,--delete", "", "delete the tags"},
       {"--json", "", "as JSON"}},
      {{"NAME|REV", "the tag, and where it stands (else the working tree's commit)", 0, kMany,
        Offers::revisions}},
      run};
}

}  // namespace hn::cli
