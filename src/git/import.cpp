#include "hn/git/import.hpp"

#include <algorithm>

#include "git/convert.hpp"
#include "git/pipe.hpp"

namespace hn::git {
namespace {

constexpr std::string_view kHeads = "refs/heads/";
constexpr std::string_view kTags = "refs/tags/";

// Passes items on and tells how far it is.
class Counted final : public Sink {
 public:
  Counted(Sink& to, const ImportCounts& counts, std::uint64_t total, Progress& progress)
      : to_(to), counts_(counts), total_(total), progress_(progress) {}

  void known(Type type, const Oid& oid, const object::Id& id) override { to_.known(type, oid, id); }
  void item(Item item) override {
    to_.item(std::move(item));
    if (counts_.objects() % 64 == 0) tell();
  }
  void tell() {
    progress_.at(Phase::objects, counts_.commits + counts_.tags, total_, counts_.objects());
  }

 private:
  Sink& to_;
  const ImportCounts& counts_;
  std::uint64_t total_;
  Progress& progress_;
};

object::Kind kind_of(Type type) noexcept {
  switch (type) {
    case Type::commit:
      return object::Kind::commit;
    case Type::tag:
      return object::Kind::tag;
    case Type::tree:
      return object::Kind::tree;
    case Type::blob:
      break;
  }
  return object::Kind::chunk;
}

// Git lets only commits be branches; what else stands there is no history to work on.
std::vector<SourceRef> usable(const Source& source, std::vector<SourceRef> refs, Imported& out) {
  std::erase_if(refs, [&](const SourceRef& ref) {
    if (!ref.name.starts_with(kHeads) || source.type_of(ref.target) == Type::commit) return false;
    out.notices.push_back({ref.name, "the branch names no commit and is left out"});
    return true;
  });
  return refs;
}

ImportedRef imported(const SourceRef& ref, const Converter::Converted& target) {
  const bool is_tag = ref.name.starts_with(kTags);
  return {ref.name.substr(is_tag ? kTags.size() : kHeads.size()), is_tag, kind_of(target.type),
          target.id, git_id(ref.target)};
}

bool has_branch(const std::vector<ImportedRef>& refs, std::string_view name) {
  return std::ranges::any_of(
      refs, [name](const ImportedRef& ref) { return !ref.is_tag && ref.name == name; });
}

std::string default_branch(const std::vector<ImportedRef>& refs, const std::string& head) {
  for (const std::string& name : {head, std::string("main"), std::string("master")})
    if (has_branch(refs, name)) return name;
  const auto first = std::ranges::find_if(refs, [](const ImportedRef& ref) { return !ref.is_tag; });
  return first != refs.end() ? first->name : head;
}

}  // namespace

Imported import_git(const ImportOptions& options, object::BlockWriter& writer, Progress& progress) {
  progress.at(Phase::references, 0, 0, 0);
  const Source source(options.path, options.any_owner);
  Imported out;
  const auto refs = usable(source, source.refs(out.notices), out);

  History history(source, options, progress);
  for (const SourceRef& ref : refs) history.add(ref.target);
  const std::uint64_t total = history.steps().size();
  progress.at(Phase::history, total, total, 0);

  Converter converter(source, options.blocks, writer, out);
  {
    Pipe pipe([&](Sink& sink) { Walk(source, options.blocks, sink).run(history); });
    Counted counted(converter, out.counts, total, progress);
    pipe.drain(counted);
    counted.tell();
  }
  for (const SourceRef& ref : refs) out.refs.push_back(imported(ref, converter.at(ref.target)));
  out.default_branch = default_branch(out.refs, source.head_branch());
  return out;
}

std::string default_branch_of(const std::string& path, bool any_owner) {
  const Source source(path, any_owner);
  std::vector<Notice> notices;
  std::vector<ImportedRef> branches;
  for (const SourceRef& ref : source.refs(notices)) {
    if (!ref.name.starts_with(kHeads)) continue;
    branches.push_back({ref.name.substr(kHeads.size()), false, object::Kind::commit, {}, {}});
  }
  return default_branch(branches, source.head_branch());
}

}  // namespace hn::git
