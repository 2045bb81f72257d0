#pragma once

#include <map>

#include "hn/git/export.hpp"
#include "support/memory_blocks.hpp"
#include "support/tiny_scratch.hpp"

// An export out of blocks in memory.
namespace hn::testing {

class MemoryMade final : public git::MadeHere {
 public:
  std::optional<git::GitId> git_id(const object::Id& id, std::uint8_t id_bytes) const override {
    const auto at = ids.find({id, id_bytes});
    return at != ids.end() ? std::optional(at->second) : std::nullopt;
  }
  std::optional<object::Id> id_of(const git::GitId& git) const override {
    for (const auto& [key, known] : ids)
      if (known == git) return key.first;
    return std::nullopt;
  }
  void learn(const object::Id& id, const git::GitId& git) override {
    ids.emplace(std::pair(id, git.size), git);
  }

  std::map<std::pair<object::Id, std::uint8_t>, git::GitId> ids;
};

class Exporting {
 public:
  Exporting(const MemoryBlocks& blocks, std::string path) : history_(blocks) {
    options.path = std::move(path);
    options.bare = true;
    options.blocks = &blocks;
    options.history = &history_;
    options.made_here = &made;
    options.imported = [&blocks](const git::GitId& git) -> std::optional<object::Id> {
      for (const auto& [id, block] : blocks.all()) {
        if (block.kind == object::Kind::commit && object::decode_commit(block.bytes)->git == git)
          return id;
        if (block.kind == object::Kind::tag && object::decode_tag(block.bytes)->git == git)
          return id;
      }
      return std::nullopt;
    };
    options.fs = &os::posix();
    options.scratch = tiny_scratch();
    options.unique = "test";
  }
  Exporting(const Exporting&) = delete;
  Exporting& operator=(const Exporting&) = delete;

  // All that an import brought.
  Exporting& of(const git::Imported& imported) {
    for (const git::ImportedRef& ref : imported.refs)
      options.refs.push_back(
          {(ref.is_tag ? "refs/tags/" : "refs/heads/") + ref.name, ref.kind, ref.id});
    options.head = "refs/heads/" + imported.default_branch;
    return *this;
  }
  Exporting& of(const std::string& name, const object::Id& commit) {
    std::erase_if(options.refs, [&](const git::ExportRef& ref) { return ref.name == name; });
    options.refs.push_back({name, object::Kind::commit, commit});
    return *this;
  }

  git::Exported run() {
    Silent silent;
    return git::export_git(options, silent);
  }
  std::uint64_t compare() {
    Silent silent;
    return git::compare_export(options, silent).objects;
  }

  git::ExportOptions options;
  MemoryMade made;

 private:
  struct Silent final : git::Progress {
    void at(git::Phase, std::uint64_t, std::uint64_t, std::uint64_t) override {}
  };
  MemoryHistory history_;
};

}  // namespace hn::testing
