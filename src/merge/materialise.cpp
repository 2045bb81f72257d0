#include <algorithm>
#include <set>

#include "hn/base/text.hpp"
#include "hn/merge/conflicts.hpp"
#include "merge/file_merge.hpp"
#include "merge/markers.hpp"

// Specified in hn-merge(7), CONFLICTS IN A WORKING TREE.
namespace hn::merge {
namespace {

// Enough for a name and a subject's beginning; file systems end at 255 bytes for the whole name.
constexpr std::size_t kSideLabelBytesMax = 60;

std::vector<std::string> complete(std::span<const std::string> labels, std::size_t terms) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < terms; ++i) {
    const auto number = std::to_string(i / 2 + 1);
    const bool given = i < labels.size() && !labels[i].empty();
    out.push_back(given ? escape_controls(labels[i]) : (i % 2 == 0 ? "side " : "base ") + number);
  }
  return out;
}

// A label as part of a file name.
std::string as_name(std::string label) {
  std::replace(label.begin(), label.end(), '/', '_');
  std::replace(label.begin(), label.end(), ' ', '-');
  if (label.size() <= kSideLabelBytesMax) return label;
  auto end = kSideLabelBytesMax;
  while (end > 0 && (static_cast<Byte>(label[end]) & 0xC0) == 0x80) --end;
  return label.substr(0, end);
}

Materialised side_by_side(const Terms<PathValue>& terms, std::string_view name,
                          const std::vector<std::string>& labels) {
  Materialised out;
  std::set<object::Value> shown;
  std::set<std::string> names;
  for (std::size_t i = 0; i < terms.size(); i += 2) {
    if (!terms[i] || !shown.insert(*terms[i]).second) continue;
    const auto wanted = std::string(name) + "~" + as_name(labels[i]);
    auto side = wanted;
    for (int n = 2; !names.insert(side).second; ++n) side = wanted + "~" + std::to_string(n);
    out.files.push_back({side, terms[i], {}, terms[i]->mode});
  }
  return out;
}

Standing standing_side_by_side(const Materialised& was,
                               const std::function<PathValue(std::string_view)>& at) {
  std::size_t same = 0, gone = 0;
  for (const auto& file : was.files) {
    const auto now = at(file.name);
    same += now == file.value;
    gone += !now;
  }
  if (same == was.files.size()) return Standing::unchanged;
  return gone == was.files.size() ? Standing::resolved : Standing::markers_left;
}

}  // namespace

bool has_text_form(const Terms<PathValue>& terms) {
  for (std::size_t i = 0; i < terms.size(); ++i) {
    if (terms[i] ? !terms[i]->is_file() : i % 2 == 0) return false;
  }
  return !terms.empty();
}

Result<Materialised> materialise(const object::BlockReader& reader,
                                 const object::Conflict& conflict, std::string_view name,
                                 std::span<const std::string> labels, const MarkForm& form) {
  const auto& terms = conflict.terms;
  const auto complete_labels = complete(labels, terms.size());
  if (!has_text_form(terms)) return side_by_side(terms, name, complete_labels);
  HN_TRY(const auto contents, read_texts(reader, terms));
  if (!contents) return side_by_side(terms, name, complete_labels);
  Terms<ByteView> texts;
  for (const auto& term : terms) texts.push_back(contents->of(term));
  const auto merge = merge_texts(texts);
  if (merge.is_resolved()) return side_by_side(terms, name, complete_labels);

  Materialised out;
  out.marker_length = marker_length_for(texts);
  Marked marked = mark(merge, complete_labels, out.marker_length, form);
  out.is_answered = marked.open.empty();
  out.files.push_back({std::string(name), {}, std::move(marked.text), merged_mode(terms)});
  return out;
}

Standing standing_of(const Materialised& was, ByteView now) {
  HN_ASSERT(was.is_marked() && was.files.size() == 1);
  if (equal(was.files[0].marked, now)) return Standing::unchanged;
  return has_markers(now, was.marker_length) ? Standing::markers_left : Standing::resolved;
}

Standing standing_of(const Materialised& was, std::string_view name,
                     const std::function<PathValue(std::string_view)>& at,
                     const std::function<Bytes(std::string_view)>& bytes_of) {
  const auto now = at(name);
  if (!was.is_marked()) return now ? Standing::resolved : standing_side_by_side(was, at);
  if (!now || !now->is_file()) return Standing::resolved;
  return standing_of(was, bytes_of(name));
}

}  // namespace hn::merge
