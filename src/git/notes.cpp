// Format: git-notes(1), NOTES and hn-git(7), NOTES.
#include "git/notes.hpp"

#include <algorithm>

#include "git/library.hpp"
#include "git/tree_form.hpp"

namespace hn::git {
namespace {

using library::shown;

constexpr std::string_view kName = "hn";
constexpr std::string_view kEmail = "hn@hn.invalid";
constexpr std::string_view kMessage = "Notes by hn export\n";
// Folders are named by the first byte of what their notes are about.
constexpr std::size_t kFolderDigits = 2;

// Git's ids of the notes, by git's ids of what they are about.
using Blobs = std::map<GitId, GitId>;

class Writer {
 public:
  Writer(std::uint8_t id_bytes, RestoredSink& sink) : id_bytes_(id_bytes), sink_(sink) {}
  GitId write(Type type, Bytes bytes) {
    const GitId id = git_id_of(type, bytes, id_bytes_);
    sink_.object({type, id, {}, false, std::make_shared<const Bytes>(std::move(bytes)), {}, {}});
    return id;
  }

  GitId tree(const Blobs& blobs) {
    std::map<std::string, Bytes> folders;
    for (const auto& [about, blob] : blobs) {
      const std::string hex = to_hex(about);
      put_line(folders[hex.substr(0, kFolderDigits)], hex.substr(kFolderDigits), object::Mode::file,
               blob);
    }
    Bytes root;
    for (auto& [name, lines] : folders)
      put_line(root, name, object::Mode::folder, write(Type::tree, std::move(lines)));
    return write(Type::tree, std::move(root));
  }

 private:
  std::uint8_t id_bytes_;
  RestoredSink& sink_;
};

// A commit that hn made, taken apart; nullopt for any other.
struct Own {
  GitId tree;
  std::int64_t seconds = 0;
};
std::optional<Own> own_commit(const Target& target, const GitId& id) {
  const auto bytes = target.read(Type::commit, id);
  const auto text = bytes ? parse_commit(*bytes, id.size) : std::nullopt;
  if (!text || text->message != kMessage) return std::nullopt;
  for (const object::Person* person : {&text->author, &text->committer})
    if (person->name != kName || person->email != kEmail) return std::nullopt;
  return Own{text->tree, text->committer.time.seconds};
}

std::vector<TreeLine> lines_of(const Bytes& bytes, std::uint8_t id_bytes) {
  return parse_tree(bytes, id_bytes).value_or(std::vector<TreeLine>());
}

Blobs blobs_in(const Target& target, const GitId& tree) {
  Blobs out;
  const Bytes root = target.read(Type::tree, tree).value_or(Bytes());
  for (const TreeLine& folder : lines_of(root, tree.size)) {
    const Bytes inner = target.read(Type::tree, folder.id).value_or(Bytes());
    for (const TreeLine& line : lines_of(inner, tree.size)) {
      const std::string hex = std::string(folder.name) + std::string(line.name);
      if (const auto about = parse_id(hex, tree.size)) out.emplace(*about, line.id);
    }
  }
  return out;
}

std::string commit_text(const GitId& tree, const std::optional<GitId>& parent,
                        std::int64_t seconds) {
  std::string out = "tree " + to_hex(tree) + "\n";
  if (parent) out += "parent " + to_hex(*parent) + "\n";
  for (const char* role : {"author ", "committer "})
    out.append(role).append(kName).append(" <").append(kEmail).append(
        "> " + std::to_string(seconds) + " +0000\n");
  return out + "\n" + std::string(kMessage);
}

}  // namespace

void require_own_notes(const Target& target, const GitId& commit) {
  if (own_commit(target, commit)) return;
  throw Failure(Code::refused,
                std::string(kNotesRef) + " in " + shown(target.path()) + " holds " +
                    to_hex(commit) + ", which hn did not write",
                "give these notes another reference (`git update-ref`), or export with --force, "
                "which keeps them as a parent");
}

NotesMade make_notes(const Target& target, const NoteTexts& texts,
                     const std::optional<GitId>& before, RestoredSink& sink) {
  const auto own = before ? own_commit(target, *before) : std::nullopt;
  Blobs blobs = own ? blobs_in(target, own->tree) : Blobs();
  std::int64_t seconds = own ? own->seconds : 0;
  NotesMade made;
  Writer writer(target.id_bytes(), sink);
  for (const auto& [about, note] : texts) {
    seconds = std::max(seconds, note.seconds);
    const Bytes bytes = to_bytes(as_bytes(note.text));
    const GitId id = git_id_of(Type::blob, bytes, target.id_bytes());
    GitId& place = blobs[about];
    if (place == id) continue;
    place = writer.write(Type::blob, bytes);
    ++made.notes;
  }
  if (own && made.notes == 0) {
    made.commit = *before;
    return made;
  }
  const GitId tree = writer.tree(blobs);
  made.commit = writer.write(Type::commit, to_bytes(as_bytes(commit_text(tree, before, seconds))));
  return made;
}

std::uint64_t compare_notes(const Target& target, const NoteTexts& texts) {
  const auto tip = target.ref(std::string(kNotesRef));
  const auto own = tip ? own_commit(target, *tip) : std::nullopt;
  if (!own)
    throw Failure(Code::not_found,
                  std::string(kNotesRef) + " in " + shown(target.path()) + " holds no notes by hn",
                  "`hn export git --notes` brings them");
  const Blobs blobs = blobs_in(target, own->tree);
  for (const auto& [about, note] : texts) {
    const auto at = blobs.find(about);
    const auto there = at != blobs.end() ? target.read(Type::blob, at->second) : std::nullopt;
    if (!there || as_text(*there) != note.text)
      throw Failure(Code::damaged,
                    "the note on " + to_hex(about) + " in " + shown(target.path()) +
                        (there ? " is not what it should be" : " is missing"),
                    "`hn export git --notes` makes it again");
  }
  return texts.size();
}

}  // namespace hn::git
