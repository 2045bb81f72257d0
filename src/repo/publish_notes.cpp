// Format: hn-git(7), NOTES.
#include "hn/repo/publish_notes.hpp"

#include <map>

#include "hn/base/text.hpp"
#include "hn/object/commit.hpp"
#include "hn/repo/branches.hpp"

namespace hn::repo {
namespace {

constexpr std::size_t kLineBytes = 32;

std::string place_of(const log::View& view, const log::SignedEntry& entry,
                     const log::Publish& publish) {
  if (const auto* tag = std::get_if<log::TagName>(&publish.place))
    return "tag " + escape_controls(tag->name);
  const auto* branch = std::get_if<log::Branch>(&publish.place);
  const auto info = view.branch(branch != nullptr ? branch->created_by : entry.id);
  return "branch " + (info ? escape_controls(info->name) : std::string("?"));
}

std::string text_of(const Repository& repository, const log::SignedEntry& entry,
                    const log::Publish& publish) {
  const log::View& view = repository.view();
  std::string out = "hn publish\nrepository " + log::to_hex(view.repository()) + "\ndevice " +
                    hn::to_hex(entry.entry.device.bytes) + " " +
                    escape_controls(label_of(view, entry.entry.device)) + "\n" +
                    place_of(view, entry, publish) + "\n" +
                    std::string(object::name_of(publish.target->kind)) + " " +
                    object::to_hex(publish.target->id) + "\nentry " + log::to_hex(entry.id) +
                    "\nsigned, see hn-git(7), NOTES:\n";
  const Bytes bytes = log::encode_signed(entry);
  for (ByteView rest(bytes); !rest.empty();) {
    const ByteView line = rest.first(std::min(kLineBytes, rest.size()));
    out += hn::to_hex(line) + "\n";
    rest = rest.subspan(line.size());
  }
  return out;
}

std::optional<std::int64_t> seconds_of(const Repository& repository, const log::Target& target) {
  if (target.kind == object::Kind::commit) {
    const auto commit = object::read_commit(repository.store(), target.id);
    return commit ? std::optional(commit->committer.time.seconds) : std::nullopt;
  }
  if (target.kind != object::Kind::tag) return std::nullopt;
  const auto tag = object::read_tag(repository.store(), target.id);
  if (!tag) return std::nullopt;
  return tag->tagger ? tag->tagger->time.seconds : 0;
}

}  // namespace

std::vector<PublishNote> publish_notes(const Repository& repository) {
  const log::View& view = repository.view();
  std::map<object::Id, PublishNote> notes;
  for (const log::EntryId& id : view.in_log_order()) {
    const log::SignedEntry* entry = view.find(id);
    const auto* publish =
        entry != nullptr ? std::get_if<log::Publish>(&entry->entry.payload) : nullptr;
    if (publish == nullptr || !publish->target || !view.accepted(id)) continue;
    const auto seconds = seconds_of(repository, *publish->target);
    if (!seconds) continue;
    PublishNote& note = notes[publish->target->id];
    if (!note.text.empty()) note.text += "\n";
    note.target = *publish->target;
    note.seconds = *seconds;
    note.text += text_of(repository, *entry, *publish);
  }
  std::vector<PublishNote> out;
  out.reserve(notes.size());
  for (auto& [id, note] : notes) out.push_back(std::move(note));
  return out;
}

}  // namespace hn::repo
