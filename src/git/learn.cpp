#include "git/restore.hpp"
#include "git/source.hpp"
#include "hn/git/export.hpp"

namespace hn::git {
namespace {

class Learning final : public RestoredSink {
 public:
  explicit Learning(MadeHere& made_here) : made_here_(made_here) {}
  void object(Restored object) override {
    if (object.made_here) made_here_.learn(object.from, object.id);
  }
  bool wants_bases() const override { return false; }

 private:
  MadeHere& made_here_;
};

// Only what this store brought in or made itself is believed: a peer's word for a git id would
// give its commit the place of another.
class InSource final : public Elsewhere {
 public:
  InSource(const LearnOptions& options, const Source& source)
      : options_(options), source_(source) {}

  std::optional<GitId> has(const object::Id& id, const std::optional<GitId>& claimed) override {
    if (claimed && options_.imported(*claimed) != id) return std::nullopt;
    const auto git = claimed ? claimed : options_.made_here->git_id(id, source_.id_bytes());
    if (!git || git->size != source_.id_bytes()) return std::nullopt;
    return is_there(*git) ? git : std::nullopt;
  }

  std::optional<Bytes> read(Type type, const GitId& id) override {
    try {
      const Object object = source_.read(id);
      if (object.type() != type) return std::nullopt;
      return to_bytes(object.bytes());
    } catch (const Failure& failure) {
      if (failure.code() != Code::damaged) throw;
      return std::nullopt;
    }
  }

 private:
  bool is_there(const GitId& id) const {
    if (options_.source.only_news) return true;  // what was before is not in the folder
    try {
      source_.type_of(id);
      return true;
    } catch (const Failure& failure) {
      if (failure.code() != Code::damaged) throw;
      return false;
    }
  }

  const LearnOptions& options_;
  const Source& source_;
};

}  // namespace

void learn_made_here(const LearnOptions& options) {
  std::vector<object::Id> open;
  for (const object::Id& commit : options.commits) {
    const auto read = object::read_commit(*options.blocks, commit);
    const bool carries = read && read->git && options.imported(*read->git) == commit;
    if (!carries) open.push_back(commit);
  }
  if (open.empty()) return;
  const auto source = open_source(options.source);
  std::erase_if(open, [&](const object::Id& commit) {
    return options.made_here->git_id(commit, source->id_bytes()).has_value();
  });
  InSource there(options, *source);
  Learning sink(*options.made_here);
  Restorer restorer(*options.blocks, sink, &there, source->id_bytes(), options.source.scratch);
  // One that cannot be made, since blocks of it are missing or it lies about its id, was not made
  // before either.
  for (const object::Id& commit : open) {
    const auto made = restorer.add(object::Kind::commit, commit);
    static_cast<void>(made);
  }
}

}  // namespace hn::git
