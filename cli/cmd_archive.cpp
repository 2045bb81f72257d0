#include <algorithm>
#include <cstdio>
#include <fstream>
#include <ostream>

#include "gzip.hpp"
#include "hn/object/file.hpp"
#include "hn/repo/revision.hpp"
#include "hn/repo/revision_text.hpp"
#include "hn/repo/tree_changes.hpp"
#include "patch.hpp"
#include "tar.hpp"
#include "zip.hpp"

namespace hn::cli {
namespace {

// What is packed: a folder, with the commit that it is of.
struct Packed {
  object::Id tree;
  std::optional<object::Commit> commit;
  std::string name;  // the commit's id in git where it is known, else here
};

Packed packed(const Context& context, repo::Repository& repository, const std::string& revision) {
  const object::BlockReader& reader = repository.store();
  if (repo::parse_range(revision).kind != repo::RangeText::Kind::one)
    throw Failure(Code::usage, "'" + revision + "' is a range", "hn archive packs one revision");
  const auto parsed = repo::parse_revision(revision);
  if (parsed && parsed->path) {
    const repo::PathAt at = repo::resolve_path(repository, revision);
    if (at.value.mode != object::Mode::folder)
      throw Failure(Code::invalid, "'" + revision + "' is no folder", "hn cat prints a file");
    return {at.value.id(), std::nullopt, ""};
  }
  const log::Target target = repo::resolve(repository, revision);
  if (target.kind == object::Kind::tree) return {target.id, std::nullopt, ""};
  const object::Id id = repo::resolve_commit(repository, revision);
  Packed out;
  out.commit = repo::require(object::read_commit(reader, id), "reading the commit");
  out.tree = out.commit->tree;
  out.name = out.commit->git
                 ? hn::to_hex(ByteView(out.commit->git->bytes).first(out.commit->git->size))
                 : object::to_hex(id);
  // As in git: within a folder that folder is packed.
  const std::string folder = context.folder_in(repository);
  if (folder.empty()) return out;
  const auto value = repo::require(object::find_path(reader, out.tree, folder), "reading a folder");
  if (!value || value->mode != object::Mode::folder)
    throw Failure(Code::not_found, "there is no folder '" + folder + "' in " + revision,
                  "hn -C DIR archive packs from there");
  out.tree = value->id();
  return out;
}

class Packer {
 public:
  Packer(const object::BlockReader& reader, ArchiveWriter& out, std::string prefix,
         const worktree::Pathspec& paths)
      : reader_(reader), out_(out), prefix_(std::move(prefix)), paths_(paths) {}

  void folder(const object::Id& id, const std::string& path, std::size_t depth) {
    if (depth > object::kPathDepthMax) throw Failure(Code::refused, "'" + path + "' is too deep");
    object::Tree tree = repo::require(object::read_tree(reader_, id), "reading a folder");
    const auto key = [](const object::TreeEntry& entry) {
      return entry.name + (entry.value.mode == object::Mode::folder ? "/" : "");
    };
    std::ranges::sort(tree.entries, {}, key);  // git's order
    for (const object::TreeEntry& entry : tree.entries) add(entry, path + entry.name, depth);
  }

 private:
  void add(const object::TreeEntry& entry, const std::string& path, std::size_t depth) {
    const object::Value& value = entry.value;
    if (value.mode == object::Mode::folder) {
      if (!paths_.may_match_below(path)) return;
      // It is packed with the first of what is in it.
      waiting_.emplace_back(path + "/", object::to_hex(value.id()));
      if (paths_.everything() || paths_.matches(path)) write_waiting();
      const std::size_t had = waiting_.size();
      folder(value.id(), path + "/", depth + 1);
      if (waiting_.size() == had && had > 0 && waiting_.back().first == path + "/")
        waiting_.pop_back();
      return;
    }
    if (!paths_.matches(path)) return;
    write_waiting();
    const std::string name = prefix_ + path;
    const std::string id = hn::to_hex(ByteView(value.bytes).first(value.size));
    switch (value.mode) {
      case object::Mode::submodule:
        return out_.folder(name + "/", id);
      case object::Mode::symlink:
      case object::Mode::conflict: {
        const Side side = side_of(reader_, value);
        if (!side.bytes) throw Failure(Code::refused, "'" + path + "' is too long for a link");
        if (value.mode == object::Mode::symlink)
          return out_.link(name, std::string(as_text(*side.bytes)), id);
        return out_.file(name, false, side.bytes->size(), id,
                         [&](const ArchiveWriter::Sink& sink) { sink(as_text(*side.bytes)); });
      }
      default:
        break;
    }
    const std::uint64_t size =
        repo::require(object::file_size(reader_, value.id()), "reading a file");
    out_.file(name, value.mode == object::Mode::executable, size, id,
              [&](const ArchiveWriter::Sink& sink) {
                repo::require(object::stream_file(reader_, value.id(),
                                                  [&](ByteView bytes) {
                                                    sink(as_text(bytes));
                                                    return true;
                                                  }),
                              "reading " + path);
              });
  }

  void write_waiting() {
    for (const auto& [path, id] : waiting_) out_.folder(prefix_ + path, id);
    waiting_.clear();
  }

  const object::BlockReader& reader_;
  ArchiveWriter& out_;
  std::string prefix_;
  const worktree::Pathspec& paths_;
  std::vector<std::pair<std::string, std::string>> waiting_;
};

// "tar", "tar.gz" or "zip".
std::string format_of(const Given& given) {
  std::string format = given.value("format").value_or("");
  if (format.empty()) {
    const std::string file = given.value("output").value_or("");
    const bool gzip = file.ends_with(".tgz") || file.ends_with(".tar.gz");
    format = gzip ? "tar.gz" : file.ends_with(".zip") ? "zip" : "tar";
  }
  if (format == "tgz") format = "tar.gz";
  if (format != "tar" && format != "tar.gz" && format != "zip")
    throw Failure(Code::invalid, "hn writes no archive of the form '" + format + "'",
                  "tar, tar.gz or zip; a program such as bsdtar makes another of it");
  return format;
}

// Each path has to mean a file, before anything is written.
void require_paths(const object::BlockReader& reader, const object::Id& tree,
                   const std::vector<std::string>& words, const std::string& root) {
  for (const std::string& word : words) {
    if (word.starts_with(":!") || word.starts_with(":^") || word.starts_with(":(exclude")) continue;
    const worktree::Pathspec meant(std::vector<std::string>{word}, "", root);
    if (!repo::trees_differ(reader, std::nullopt, tree, meant))
      throw Failure(Code::not_found, "no file is meant by '" + word + "'");
  }
}

void pack(const object::BlockReader& reader, const Given& given, const Packed& what,
          const worktree::Pathspec& paths, ArchiveWriter& archive) {
  if (!what.name.empty()) archive.comment(what.name);
  std::string prefix = given.value("prefix").value_or("");
  if (prefix.ends_with('/')) {
    std::string top = prefix;
    while (top.size() > 1 && top[top.size() - 2] == '/') top.pop_back();
    archive.folder(top, object::to_hex(what.tree));
  }
  Packer packer(reader, archive, std::move(prefix), paths);
  packer.folder(what.tree, "", 0);
  archive.finish();
}

int run(Context& context, const Given& given) {
  if (given.has("list")) {
    context.out << "tar\ntgz\ntar.gz\nzip\n";
    return 0;
  }
  const std::string format = format_of(given);
  repo::Repository repository = context.open();
  std::vector<std::string> words = given.values("REV|PATH");
  if (words.empty())
    throw Failure(Code::usage, "there is nothing to pack", "hn archive [-o FILE] REV [PATH...]");
  const Packed what = packed(context, repository, words.front());
  words.erase(words.begin());
  const std::vector<std::string> behind = given.values("--");
  words.insert(words.end(), behind.begin(), behind.end());
  // Paths are those in the folder that is packed.
  const worktree::Pathspec paths(words, "", repository.layout().root);
  require_paths(repository.store(), what.tree, words, repository.layout().root);
  const auto file = given.value("output");
  std::ofstream opened;
  if (file) opened.open(context.absolute(*file), std::ios::binary | std::ios::trunc);
  if (file && !opened) throw Failure(Code::io, "'" + *file + "' could not be written");
  if (!file && context.out_is_terminal)
    throw Failure(Code::usage, "an archive is nothing for a terminal", "hn archive -o FILE REV");
  std::ostream& out = file ? opened : context.out;
  const auto write = [&](std::string_view bytes) {
    if (!out.write(bytes.data(), static_cast<std::streamsize>(bytes.size())))
      throw Failure(Code::io, "the archive could not be written");
  };
  try {
    const std::int64_t time =
        what.commit ? what.commit->committer.time.seconds : context.world.clock.wall().seconds;
    if (format == "zip") {
      ZipWriter zip(write, time);
      pack(repository.store(), given, what, paths, zip);
    } else if (format == "tar") {
      TarWriter tar(write, time);
      pack(repository.store(), given, what, paths, tar);
    } else {
      GzipStream gzip(write);
      TarWriter tar([&](std::string_view bytes) { gzip.add(bytes); }, time);
      pack(repository.store(), given, what, paths, tar);
      gzip.finish();
    }
    if (!out.flush()) throw Failure(Code::io, "the archive could not be written");
  } catch (...) {
    // Half an archive looks like a whole one to some programs.
    if (file) std::remove(context.absolute(*file).c_str());
    throw;
  }
  return 0;
}

}  // namespace

Command cmd_archive() {
  return {"archive",
          "Pack the files of a revision into one",
          {{"-o,--output", "FILE", "write it there, not to standard output", Offers::files},
           {"--format", "FORMAT", "tar, tar.gz or zip (else by the name of the file, or tar)",
            Offers::words, "tar tgz tar.gz zip"},
           {"--prefix", "TEXT", "TEXT before each name, such as hn-1.0/"},
           {"-l,--list", "", "list the formats"}},
          {{"REV|PATH", "a revision or REV:PATH; then paths in it", 0, kMany, Offers::revisions}},
          run,
          true};
}

}  // namespace hn::cli
