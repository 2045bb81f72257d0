#include "merge/file_merge.hpp"

#include <algorithm>
#include <functional>
#include <set>

#include "hn/merge/text_merge.hpp"
#include "hn/object/file.hpp"
#include "merge/json_merge.hpp"
#include "merge/key_values.hpp"

// Specified in hn-merge(7), FILES.
namespace hn::merge {
namespace {

using object::Id;
using object::Mode;
using object::Value;

std::optional<Id> content_of(const PathValue& value) {
  return value ? std::optional(value->id()) : std::nullopt;
}

std::optional<std::size_t> place_of_content(const Terms<PathValue>& terms) {
  Terms<std::optional<Id>> contents;
  for (const auto& term : terms) contents.push_back(content_of(term));
  return resolved_place(std::span<const std::optional<Id>>(contents));
}

// Each inner merge is a value, which always resolves, before they are counted together.
Mode mode_of_merges(const Terms<Terms<PathValue>>& nested) {
  Terms<PathValue> values;
  for (const auto& inner : nested) {
    values.push_back(inner[0]);
    if (values.back()) values.back()->mode = merged_mode(inner);
  }
  return merged_mode(values);
}

Terms<PathValue> with_mode(Terms<PathValue> terms, Mode mode) {
  for (auto& term : terms) {
    if (term) term->mode = mode;
  }
  return simplify(terms);
}

Terms<Terms<std::optional<ByteView>>> optional_texts(const Terms<Terms<PathValue>>& nested,
                                                     const Contents& contents) {
  Terms<Terms<std::optional<ByteView>>> out;
  for (const auto& inner : nested) {
    out.emplace_back();
    for (const auto& term : inner)
      out.back().push_back(term ? std::optional(contents.of(term)) : std::nullopt);
  }
  return out;
}

}  // namespace

Terms<Terms<PathValue>> with_single_bases(Terms<Terms<PathValue>> nested) {
  for (const std::size_t base : bases_resolved_since(nested)) {
    nested[base] = {PathValue(nested[base][1])};
  }
  return nested;
}

bool are_files(const Terms<PathValue>& terms) {
  return std::all_of(terms.begin(), terms.end(),
                     [](const PathValue& term) { return term && term->is_file(); });
}

bool are_added_files(const Terms<PathValue>& terms) {
  for (std::size_t i = 0; i < terms.size(); ++i) {
    if (terms[i] ? !terms[i]->is_file() : i % 2 == 0) return false;
  }
  return true;
}

Mode merged_mode(const Terms<PathValue>& terms) {
  Terms<Mode> modes;
  for (const auto& term : terms) modes.push_back(term ? term->mode : Mode::file);
  const auto place = resolved_place(std::span<const Mode>(modes));
  HN_ASSERT(place);  // of two values whose counts have the sum 1 exactly one is positive
  return modes[*place];
}

ByteView Contents::of(const PathValue& value) const {
  if (!value) return {};
  const auto found =
      std::lower_bound(files.begin(), files.end(), value->id(),
                       [](const auto& file, const Id& id) { return file.first < id; });
  HN_ASSERT(found != files.end() && found->first == value->id());
  return *found->second;
}

std::vector<std::pair<const Byte*, Id>> Contents::places() const {
  std::vector<std::pair<const Byte*, Id>> out;
  for (const auto& [id, text] : files) out.emplace_back(text->data(), id);
  std::ranges::sort(out,
                    [](const auto& a, const auto& b) { return std::less<>()(a.first, b.first); });
  return out;
}

namespace {

Result<Parts::Text> read_text(const object::BlockReader& reader, const Id& id, Parts* parts) {
  if (parts != nullptr) {
    if (const Parts::Text* known = parts->texts().find(id)) return *known;
  }
  HN_TRY(auto bytes, object::read_file(reader, id, kTextBytesMax));
  auto text = std::make_shared<const Bytes>(std::move(bytes));
  constexpr std::size_t kTextCost = 160;
  if (parts != nullptr) parts->texts().keep(id, text, text->size() + kTextCost);
  return text;
}

}  // namespace

Result<std::optional<Contents>> read_texts(const object::BlockReader& reader,
                                           const Terms<PathValue>& terms, bool nul_is_text,
                                           Parts* parts) {
  std::set<Id> ids;
  for (const auto& term : terms) {
    if (term) ids.insert(term->id());
  }
  Contents out;
  std::uint64_t total = 0;
  for (const Id& id : ids) {
    auto text = read_text(reader, id, parts);
    if (!text && is_unmergeable(text.error())) return std::optional<Contents>{};
    if (!text) return fail(text.error());
    const Bytes& bytes = **text;
    total += bytes.size();
    const bool is_one = nul_is_text ? bytes.size() <= kTextBytesMax : is_text(bytes);
    if (!is_one || total > kTermBytesMax) return std::optional<Contents>{};
    out.files.emplace_back(id, std::move(text).value());
  }
  return std::optional(std::move(out));
}

std::optional<Value> merge_added_files(const Terms<PathValue>& terms) {
  if (!are_added_files(terms)) return std::nullopt;
  const auto place = place_of_content(terms);
  if (!place) return std::nullopt;
  return Value::of(merged_mode(terms), terms[*place]->id());
}

Result<Terms<PathValue>> merge_files(const object::BlockReader& reader, object::BlockWriter& writer,
                                     const Terms<Terms<PathValue>>& nested,
                                     std::optional<Policy> policy, Parts* parts) {
  const Mode mode = mode_of_merges(nested);
  const auto single = flatten(with_single_bases(nested));
  if (const auto place = place_of_content(single)) {
    return Terms<PathValue>{Value::of(mode, single[*place]->id())};
  }
  if (policy == Policy::binary) return with_mode(single, mode);
  const auto flat = flatten(nested);
  HN_TRY(const auto contents, read_texts(reader, flat, policy == Policy::text, parts));
  if (!contents) return with_mode(single, mode);

  if (policy && has_members(*policy)) {
    const auto members = optional_texts(nested, *contents);
    const auto merged = policy == Policy::json ? merge_json(members) : merge_key_values(members);
    if (merged.outcome == MemberMerge::Outcome::merged)
      return Terms<PathValue>{Value::of(mode, object::write_file(writer, merged.text))};
    if (merged.outcome == MemberMerge::Outcome::conflict) return with_mode(single, mode);
  }
  Terms<Terms<ByteView>> texts;
  for (const auto& inner : nested) {
    texts.emplace_back();
    for (const auto& term : inner) texts.back().push_back(contents->of(term));
  }
  std::optional<KnownTexts> known;
  if (parts != nullptr) known.emplace(KnownTexts{parts->diffs(), contents->places()});
  const auto merge = merge_nested_texts(texts, known ? &*known : nullptr);
  if (policy == Policy::join) {
    if (const auto all = merge.united())
      return Terms<PathValue>{Value::of(mode, object::write_file(writer, *all))};
  }
  Terms<PathValue> out;
  const std::size_t terms = merge.is_resolved() ? 1 : flat.size();
  for (std::size_t i = 0; i < terms; ++i) {
    out.push_back(Value::of(mode, object::write_file(writer, merge.term(i))));
  }
  return simplify(out);
}

}  // namespace hn::merge
