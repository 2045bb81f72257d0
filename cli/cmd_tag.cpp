#include <ostream>

#include "commit_message.hpp"
#include "failure.hpp"
#include "hn/object/message.hpp"
#include "hn/repo/revision.hpp"
#include "hn/repo/tags.hpp"
#include "message.hpp"
#include "output.hpp"
#include "ref_filter.hpp"

namespace hn::cli {
namespace {

// What a tag leads to, and what is said of it: its own message, else that of its commit.
struct Led {
  std::optional<object::Id> commit;
  std::string message;
};

Led led(const repo::Repository& repository, const log::Target& target) {
  Led out;
  log::Target at = target;
  for (int depth = 0; at.kind == object::Kind::tag && depth < 64; ++depth) {
    const auto tag = object::read_tag(repository.store(), at.id);
    if (!tag) return out;
    if (depth == 0) out.message = tag->message;
    at = {tag->target_kind, tag->target};
  }
  if (at.kind != object::Kind::commit) return out;
  out.commit = at.id;
  if (target.kind != object::Kind::tag) {
    const auto commit = object::read_commit(repository.store(), at.id);
    if (commit) out.message = commit->message;
  }
  return out;
}

// As git's %(align:15) and %(contents:lines=N).
std::string with_lines(const std::string& name, std::string_view message, std::uint64_t lines) {
  std::string out = name;
  if (const std::size_t columns = columns_of(out); columns < 15) out.append(15 - columns, ' ');
  out += ' ';
  message = object::without_blank_lines(message);
  for (std::uint64_t n = 0; n < lines && !message.empty(); ++n) {
    if (n > 0) out += "\n    ";
    out += escape_controls(object::take_line(message));
  }
  return out;
}

int list(const Context& context, repo::Repository& repository, const Given& given) {
  const RefFilter filter(repository, given, "tag", given.values("NAME|REV"));
  const std::vector<repo::TagLine> tags = repo::tags(repository);
  const auto lines = given.number("n", 1'000'000);
  std::vector<RefFilter::Row> shown;
  std::vector<Led> known;
  for (std::size_t i = 0; i < tags.size(); ++i) {
    known.push_back(led(repository, tags[i].target));
    if (filter.takes(tags[i].shown, known[i].commit))
      shown.push_back({tags[i].shown, filter.time_of(known[i].commit), i});
  }
  filter.sort(shown);
  Json rows = Json::array();
  for (const RefFilter::Row& listed : shown) {
    const repo::TagLine& tag = tags[listed.at];
    if (!given.has("json")) {
      const std::string name = escape_controls(tag.shown);
      context.out << (lines ? with_lines(name, known[listed.at].message, *lines) : name) << "\n";
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

std::string asked_message(const Context& context, const repo::Repository& repository,
                          const repo::NewTag& tag) {
  const auto editor = editor_command(context);
  if (!editor)
    throw Failure(Code::usage, "a tag with a message wants one, and there is no editor to ask with",
                  "hn tag -a -m MESSAGE NAME; HN_EDITOR names an editor");
  const char comment = comment_char(repository.settings(), "");
  const std::string below =
      "\n" + commented("\nThe message of the tag " + escape_controls(tag.name) +
                           ". Lines that begin with '" + comment + "' are left out.\n",
                       comment);
  const std::string file = repository.layout().hn() + "/TAG_EDITMSG";
  std::string message = cleaned(edited(context, *editor, file, below), Cleanup::strip, comment);
  if (message.empty()) throw Failure(Code::refused, "the message is empty");
  return message;
}

int run(Context& context, const Given& given) {
  repo::Repository repository = context.open();
  const std::vector<std::string> words = given.values("NAME|REV");
  if (given.has("delete")) {
    if (words.empty()) throw Failure(Code::usage, "-d wants the names of tags");
    return remove(context, repository, given, words);
  }
  if (words.empty() || given.has("n") || RefFilter::is_asked(given))
    return list(context, repository, given);
  if (words.size() > 2)
    throw Failure(Code::usage, "one tag is made at a time", "hn tag NAME [REV]");
  repo::NewTag tag;
  tag.name = words.front();
  tag.message = message_of(context, given);
  tag.move = given.has("force");
  if (given.has("annotate") && !tag.message) tag.message = asked_message(context, repository, tag);
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
  std::vector<Option> rows = RefFilter::option_rows();
  const std::vector<Option> more{
      {"-n", "N", "list with so many lines of each message"},
      {"-a,--annotate", "", "with a message"},
      {"-m,--message", "MSG", "the message; several become paragraphs", Offers::nothing, "", true},
      {"-F,--file", "FILE", "the message from a file, - for standard input", Offers::files},
      {"-f,--force", "", "move the tag where there is one"},
      {"-d,--delete", "", "delete the tags"},
      {"--json", "", "as JSON"}};
  rows.insert(rows.end(), more.begin(), more.end());
  return {"tag",
          "List, create or delete tags",
          std::move(rows),
          {{"NAME|REV",
            "the tag, and where it stands (else the working tree's commit); with -l patterns", 0,
            kMany, Offers::revisions}},
          run};
}

}  // namespace hn::cli
