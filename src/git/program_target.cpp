// A repository with SHA-256 ids, which libgit2 does not know: git's own plumbing reads it, moves
// its references and files (git-update-ref(1), git-read-tree(1)); objects are written by ourselves.
#include <algorithm>
#include <mutex>

#include "git/cat_file.hpp"
#include "git/library.hpp"
#include "git/loose_file.hpp"
#include "git/program.hpp"
#include "git/target.hpp"

namespace hn::git {
namespace {

using library::shown;

constexpr std::string_view kHeads = "refs/heads/";
constexpr std::string_view kTags = "refs/tags/";
// The names of files with changes; one is shown.
constexpr std::size_t kStatusBytesMax = std::size_t{256} << 20;

std::string require_git(const std::string& path) {
  if (auto program = find_git()) return *std::move(program);
  throw Failure(Code::unsupported,
                "SHA-256 ids, for " + shown(path) + ", take git, which is not installed",
                "install git, and export again");
}

// Where git has its files: beside .git, unless its configuration says otherwise. Empty for a bare
// repository.
std::string working_tree(const std::string& program, const Layout& layout) {
  const auto ask = [&](const std::vector<std::string>& words) {
    const Ran ran =
        run_child(program::command(program, layout.folder, words), program::kAnswerBytesMax);
    std::string_view rest = ran.output;
    return ran.status == 0 ? std::string(program::take_line(rest)) : std::string();
  };
  if (ask({"config", "--bool", "core.bare"}) == "true") return {};
  const std::string named = ask({"config", "core.worktree"});
  if (!named.empty()) return (layout.folder / named).lexically_normal().string();
  if (layout.given != layout.folder) return layout.given.string();
  const auto folder = layout.folder.lexically_normal();
  return folder.filename() == ".git" ? folder.parent_path().string() : std::string();
}

class ProgramTarget final : public Target {
 public:
  ProgramTarget(const ExportOptions& options, std::string program, bool made)
      : Target(options.path, made),
        fs_(*options.fs),
        unique_(options.unique),
        program_(std::move(program)),
        layout_(find_layout(options.path)),
        id_bytes_(program::id_bytes(program_, layout_.folder, shown(options.path))),
        working_tree_(working_tree(program_, layout_)),
        check_(plumbing({"cat-file", "--batch-check"}), shown(options.path)),
        contents_(plumbing({"cat-file", "--batch"}), shown(options.path)) {
    refs_ = program::refs(program_, layout_.folder, shown(path()), id_bytes_);
  }

  std::uint8_t id_bytes() const noexcept override { return id_bytes_; }
  std::string pack_folder() const override { return (layout_.common / "objects/pack").string(); }

  bool has(const GitId& id) const override {
    const std::lock_guard lock(mutex_);
    return check_.ask(id).has_value();
  }

  std::optional<Bytes> read(Type type, const GitId& id) const override {
    // Git warns of one that is broken, and ends.
    CatFile::Header is;
    {
      const std::lock_guard lock(mutex_);
      const auto header = check_.ask(id);
      if (!header || header->type != type) return std::nullopt;
      is = *header;
    }
    const auto header = contents_.ask(id);
    if (!header) return std::nullopt;
    Bytes bytes = contents_.contents(is.size);
    if (git_id_of(type, bytes, id_bytes_) != id) return std::nullopt;
    return bytes;
  }

  void write(Type type, const GitId& id, ByteView bytes) override {
    write_loose(fs_, (layout_.common / "objects").string(), unique_, type, id, bytes);
  }

  // Git looks for new packs where an object is not in those that it knows.
  void refresh() override {}

  std::optional<GitId> ref(const std::string& name) const override {
    const auto at = refs_.find(name);
    return at != refs_.end() ? std::optional(at->second) : std::nullopt;
  }

  std::vector<std::string> refs() const override {
    std::vector<std::string> out;
    for (const auto& [name, id] : refs_)
      if (name.starts_with(kHeads) || name.starts_with(kTags)) out.push_back(name);
    return out;
  }

  std::string head() const override { return program::head(program_, layout_.folder); }
  bool has_working_tree() const override { return !working_tree_.empty(); }

  void require_clean(const std::optional<GitId>& from) const override {
    const Ran ran = run_child(in_tree({"status", "--porcelain=v1", "-z", "--untracked-files=no",
                                       "--ignore-submodules=all", "--no-renames"}),
                              kStatusBytesMax);
    if (ran.status != 0) fail(Code::io, "the working tree cannot be read", ran);
    // "XY NAME", of which the first is said.
    const std::string first = ran.output.substr(0, ran.output.find('\0'));
    if (first.size() > 3) fail_unclean(first.substr(3), !from);
  }

  void check_out(const std::optional<GitId>& from, const GitId& to, bool keep_files) override {
    if (keep_files) {
      const Ran ran = run_child(in_tree({"read-tree", to_hex(to)}), program::kAnswerBytesMax);
      if (ran.status != 0) fail(Code::io, "the index cannot be written", ran);
      return;
    }
    // What was only touched counts as changed until it was looked at.
    run_child(in_tree({"update-index", "-q", "--refresh"}), kStatusBytesMax);
    const GitId before = from.value_or(git_id_of(Type::tree, {}, id_bytes_));
    const Ran ran = run_child(
        in_tree({"read-tree", "-m", "-u", "--no-recurse-submodules", to_hex(before), to_hex(to)}),
        program::kAnswerBytesMax);
    if (ran.status != 0) fail_in_the_way(reason_in(ran.errors));
  }

  void move(const std::vector<Move>& moves) override {
    ChildOptions command = plumbing(
        {"-c", "core.fsync=all", "update-ref", "-m", "hn export", "--create-reflog", "--stdin"});
    for (const char* who : {"AUTHOR", "COMMITTER"}) {
      command.environment.push_back("GIT_" + std::string(who) + "_NAME=hn");
      command.environment.push_back("GIT_" + std::string(who) + "_EMAIL=hn@hn.invalid");
    }
    std::string lines = "start\n";
    for (const Move& move : moves) lines += line_of(move);
    lines += "prepare\ncommit\n";
    const Ran ran = run_child(command, program::kRefsBytesMax, lines);
    if (ran.status == 0) {
      refs_ = program::refs(program_, layout_.folder, shown(path()), id_bytes_);
      return;
    }
    const std::string reason = reason_in(ran.errors);
    if (ran.errors.find("but expected") != std::string::npos ||
        ran.errors.find("reference already exists") != std::string::npos)
      throw Failure(Code::busy,
                    "a reference in " + shown(path()) + " was moved meanwhile: " + reason,
                    "export again");
    if (ran.errors.find("File exists") != std::string::npos)
      throw Failure(Code::busy, "the references in " + shown(path()) + " are locked: " + reason);
    throw Failure(Code::io, "the references in " + shown(path()) + " cannot be moved: " + reason);
  }

 private:
  ChildOptions plumbing(const std::vector<std::string>& words) const {
    return program::command(program_, layout_.folder, words);
  }

  // Filters never run: what is checked out is what is stored. They are named by the repository's
  // own configuration, so each that it has is set to nothing.
  ChildOptions in_tree(const std::vector<std::string>& words) const {
    std::vector<std::string> all{"--work-tree=" + working_tree_, "-c", "submodule.recurse=false"};
    all.insert(all.end(), words.begin(), words.end());
    ChildOptions out = plumbing(all);
    const Ran ran =
        run_child(plumbing({"config", "-z", "--name-only", "--get-regexp", "^filter\\."}),
                  program::kRefsBytesMax);
    std::size_t count = 0;
    for (std::string_view rest = ran.output; !rest.empty();) {
      const std::string_view name = rest.substr(0, rest.find('\0'));
      rest.remove_prefix(std::min(rest.size(), name.size() + 1));
      const std::string number = std::to_string(count++);
      out.environment.push_back("GIT_CONFIG_KEY_" + number + "=" + std::string(name));
      out.environment.push_back("GIT_CONFIG_VALUE_" + number + "=");
    }
    out.environment.push_back("GIT_CONFIG_COUNT=" + std::to_string(count));
    return out;
  }

  std::string line_of(const Move& move) const {
    const std::string none(std::size_t{id_bytes_} * 2, '0');
    const std::string before = move.before ? to_hex(*move.before) : none;
    if (!move.now) return "delete " + move.name + " " + before + "\n";
    return "update " + move.name + " " + to_hex(*move.now) + " " + before + "\n";
  }

  [[noreturn]] void fail(Code code, const std::string& what, const Ran& ran) const {
    throw Failure(code, what + " in " + shown(path()) + ": " + reason_in(ran.errors));
  }

  os::FileSystem& fs_;
  std::string unique_;
  std::string program_;
  Layout layout_;
  std::uint8_t id_bytes_;
  std::string working_tree_;
  mutable std::mutex mutex_;  // for the next: whoever packs asks beside whoever restores
  mutable CatFile check_;
  mutable CatFile contents_;
  std::map<std::string, GitId> refs_;
};

}  // namespace

std::unique_ptr<Target> open_program_target(const ExportOptions& options) {
  program::check_owner(find_layout(options.path), shown(options.path),
                       "export into a folder of your own");
  return std::make_unique<ProgramTarget>(options, require_git(options.path), false);
}

std::unique_ptr<Target> make_program_target(const ExportOptions& options, std::uint8_t id_bytes) {
  const std::string program = require_git(options.path);
  const std::string head =
      options.head.starts_with(kHeads) ? options.head.substr(kHeads.size()) : std::string("main");
  ChildOptions command;
  // No template, which could bring hooks.
  command.arguments = {program,
                       "init",
                       "-q",
                       "--template=",
                       id_bytes == 32 ? "--object-format=sha256" : "--object-format=sha1",
                       "--initial-branch=" + head};
  if (options.bare) command.arguments.emplace_back("--bare");
  command.arguments.push_back(std::filesystem::absolute(options.path).string());
  command.environment = git_environment(Reading::quiet);
  command.own_session = true;
  const Ran ran = run_child(command, program::kAnswerBytesMax);
  if (ran.status != 0)
    throw Failure(Code::io, "no git repository can be made at " + shown(options.path) + ": " +
                                reason_in(ran.errors));
  return std::make_unique<ProgramTarget>(options, program, true);
}

}  // namespace hn::git
