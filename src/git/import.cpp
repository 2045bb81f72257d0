#include "hn/git/import.hpp"

#include <algorithm>
#include <tuple>

#include "git/convert.hpp"
#include "git/pipe.hpp"
#include "hn/git/refs.hpp"

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

// A reference that hn can hold, and as what.
struct Usable {
  SourceRef ref;
  std::string name;  // hn's
  bool is_tag = false;
};

// A branch holds commits, in git and here; what lies elsewhere becomes what fits.
std::optional<Usable> usable(const Source& source, const SourceRef& ref, Imported& out) {
  auto name = hn_ref_name(ref.name);
  if (!name) {
    out.notices.push_back(
        {ref.name, "the reference has a name that hn cannot hold and is left out"});
    return std::nullopt;
  }
  if (ref.name.starts_with(kTags)) return Usable{ref, *std::move(name), true};
  const bool is_commit = source.type_of(ref.target) == Type::commit;
  if (is_commit || !ref.name.starts_with(kHeads)) return Usable{ref, *std::move(name), !is_commit};
  out.notices.push_back({ref.name, "the branch names no commit and is left out"});
  return std::nullopt;
}

// Branches, then tags, each by name.
std::vector<Usable> usable(const Source& source, const std::vector<SourceRef>& refs,
                           Imported& out) {
  std::vector<Usable> list;
  for (const SourceRef& ref : refs)
    if (auto one = usable(source, ref, out)) list.push_back(*std::move(one));
  std::ranges::sort(list, [](const Usable& a, const Usable& b) {
    return std::tie(a.is_tag, a.name) < std::tie(b.is_tag, b.name);
  });
  return list;
}

std::vector<SourceRef> wanted_refs(const Source& source, const ImportOptions& options,
                                   std::vector<Notice>& notices) {
  auto refs = source.refs(Wanted{options.refs}, notices);
  for (const std::string& pattern : options.refs) {
    const bool found = std::ranges::any_of(
        refs, [&](const SourceRef& ref) { return matches_ref(pattern, ref.name); });
    if (!found)
      throw Failure(Code::not_found,
                    "no reference of " + source.shown() + " matches '" + pattern + "'",
                    "`git for-each-ref` in it lists them; quote a pattern from the shell");
  }
  return refs;
}

bool has_branch(const std::vector<std::string>& branches, std::string_view name) {
  return std::ranges::find(branches, name) != branches.end();
}

// What lies outside refs/heads is nothing to work on.
std::string default_branch(const std::vector<std::string>& branches, const std::string& head) {
  for (const std::string& name : {head, std::string("main"), std::string("master")})
    if (has_branch(branches, name)) return name;
  for (const std::string& name : branches)
    if (!name.starts_with("refs/")) return name;
  return head;
}

void require_known_ends(const ImportOptions& options) {
  for (const Oid& end : shallow_ends(find_layout(options.path))) {
    if (!options.known || !options.known(end))
      throw Failure(Code::damaged, "git's clone ends at " + to_hex(end) + ", which is not here");
  }
}

}  // namespace

Imported import_git(const ImportOptions& options, object::BlockWriter& writer, Progress& progress) {
  progress.at(Phase::references, 0, 0, 0);
  const auto source = open_source(options);
  if (options.only_news) require_known_ends(options);
  Imported out;
  const auto refs = usable(*source, wanted_refs(*source, options, out.notices), out);

  History history(*source, options, progress);
  for (const Usable& one : refs) history.add(one.ref.target);
  const std::uint64_t total = history.steps().size();
  progress.at(Phase::history, total, total, 0);

  LargeBlobs large(find_layout(options.path).folder.string(), source->shown());
  const bool leave_large = LargeBlobs::are_readable();
  Converter converter(*source, options, writer, large, out);
  {
    Pipe pipe([&](Sink& sink) { Walk(*source, options, sink, leave_large).run(history); });
    Counted counted(converter, out.counts, total, progress);
    pipe.drain(counted);
    counted.tell();
  }
  for (const Usable& one : refs) {
    const Converter::Converted target = converter.at(one.ref.target);
    out.refs.push_back({one.name, one.is_tag, kind_of(target.type), target.id, one.ref.target});
  }
  out.refs.insert(out.refs.end(), options.unmoved.begin(), options.unmoved.end());
  std::ranges::sort(out.refs, [](const ImportedRef& a, const ImportedRef& b) {
    return std::tie(a.is_tag, a.name) < std::tie(b.is_tag, b.name);
  });
  out.default_branch = default_branch_of(out.refs, options.head.value_or(source->head_branch()));
  return out;
}

std::string default_branch_of(const std::vector<ImportedRef>& refs, const std::string& head) {
  std::vector<std::string> branches;
  for (const ImportedRef& ref : refs)
    if (!ref.is_tag) branches.push_back(ref.name);
  return default_branch(branches, head);
}

std::string default_branch_of(const ImportOptions& options) {
  const auto source = open_source(options);
  std::vector<Notice> notices;
  std::vector<std::string> branches;
  for (const SourceRef& ref : wanted_refs(*source, options, notices)) {
    if (!ref.name.starts_with(kHeads)) continue;
    if (auto name = hn_ref_name(ref.name)) branches.push_back(*std::move(name));
  }
  return default_branch(branches, source->head_branch());
}

}  // namespace hn::git
