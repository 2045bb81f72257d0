#include "merge/member_merge.hpp"

#include <list>
#include <map>
#include <set>

#include "hn/base/assert.hpp"
#include "hn/merge/text_merge.hpp"
#include "merge/nested_terms.hpp"

// Specified in hn-merge(7), JSON. What a merge comes to is a tree of members first, without layout;
// then a text is looked for that has exactly these: the merge by lines, which keeps what everybody
// did to the layout, else the first side with members of others put in. So no layout can change
// what is merged, and nothing is ever written in other bytes than somebody wrote it.
namespace hn::merge {
namespace {

// A value among the terms; equal to others by what it says.
struct Piece {
  bool is_there = false;
  std::string_view canonical;
  const MemberText* text = nullptr;  // these are no part of the value
  const MemberValue* value = nullptr;
  friend bool operator==(const Piece& a, const Piece& b) {
    return a.is_there == b.is_there && a.canonical == b.canonical;
  }
  friend bool operator<(const Piece& a, const Piece& b) {
    return std::pair(a.is_there, a.canonical) < std::pair(b.is_there, b.canonical);
  }
};

struct Object {
  const MemberText* text = nullptr;
  const MemberValue* value = nullptr;  // none: without members
};

Terms<Terms<Object>> one_by_one(const Terms<Object>& objects) {
  Terms<Terms<Object>> out;
  for (const auto& object : objects) out.push_back({object});
  return out;
}

std::optional<MergedObject> merge_objects(const Terms<Terms<Object>>& nested);

// The members of one key, by the numbers of the terms as they come.
using OneKey = std::vector<const TextMember*>;

Terms<Terms<Piece>> pieces_of(const Terms<Terms<Object>>& nested, const OneKey& members) {
  Terms<Terms<Piece>> out;
  std::size_t number = 0;
  for (const auto& inner : nested) {
    out.emplace_back();
    for (const auto& object : inner) {
      const TextMember* member = members[number++];
      out.back().push_back(member == nullptr ? Piece{}
                                             : Piece{true, object.text->canonical_of(member->value),
                                                     object.text, &member->value});
    }
  }
  return out;
}

// A member that is not resolved, if all sides have an object there.
bool enter(const Terms<Piece>& terms, MergedMember& out) {
  Terms<Object> objects;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    if (terms[i].is_there ? !terms[i].value->is_object : i % 2 == 0) return false;
    objects.push_back({terms[i].text, terms[i].value});
  }
  auto merged = merge_objects(one_by_one(objects));
  if (merged) out.object.push_back(std::move(*merged));
  return merged.has_value();
}

class ObjectMerger {
 public:
  explicit ObjectMerger(const Terms<Terms<Object>>& nested) : nested_(nested) {
    Terms<Terms<std::size_t>> shape;
    for (const auto& inner : nested) {
      shape.emplace_back();
      for (const auto& object : inner) {
        shape.back().push_back(objects_.size());
        objects_.push_back(object);
      }
    }
    const auto flat = flatten(shape);
    for (std::size_t i = 0; i < flat.size(); i += 2) {
      if (objects_[flat[i]].value != nullptr) sides_.push_back(flat[i]);
    }
  }

  std::optional<MergedObject> run() {
    std::map<std::string_view, OneKey> keys;
    for (std::size_t number = 0; number < objects_.size(); ++number) {
      if (objects_[number].value == nullptr) continue;
      for (const auto& member : objects_[number].value->members)
        keys.try_emplace(member.key, objects_.size()).first->second[number] = &member;
    }
    MergedObject out;
    for (const auto side : sides_) out.sides.push_back(objects_[side].value);
    for (const auto& [key, members] : keys) {
      if (!merge_member(key, members, out)) return std::nullopt;
    }
    return out;
  }

 private:
  // False: in conflict.
  bool merge_member(std::string_view key, const OneKey& members, MergedObject& out) {
    const auto merged = resolve_nested(pieces_of(nested_, members));
    if (merged.size() == 1 && !merged[0].is_there) return true;
    MergedMember member;
    member.canonical = merged[0].canonical;
    if (merged.size() > 1 && !enter(merged, member)) return false;
    find_source(members, member);
    out.members.emplace(key, std::move(member));
    return true;
  }

  // The first side that has the value, or, where objects are merged, the key.
  void find_source(const OneKey& members, MergedMember& out) const {
    for (const auto side : sides_) {
      const TextMember* member = members[side];
      if (member == nullptr) continue;
      const bool is_it =
          !out.object.empty() || objects_[side].text->canonical_of(member->value) == out.canonical;
      if (!is_it) continue;
      out.source = member;
      out.owner = objects_[side].value;
      return;
    }
    HN_ASSERT(false);  // what resolves is what some side has
  }

  const Terms<Terms<Object>>& nested_;
  std::vector<Object> objects_;     // the terms as they come
  std::vector<std::size_t> sides_;  // of these, those that are added
};

std::optional<MergedObject> merge_objects(const Terms<Terms<Object>>& nested) {
  return ObjectMerger(nested).run();
}

bool has_exactly(const MemberText& text, const MemberValue& value, const MergedObject& expected) {
  if (!value.is_object || value.members.size() != expected.members.size()) return false;
  for (const auto& member : value.members) {
    const auto found = expected.members.find(member.key);
    if (found == expected.members.end()) return false;
    const auto& merged = found->second;
    const bool is_it = merged.object.empty()
                           ? text.canonical_of(member.value) == merged.canonical
                           : has_exactly(text, member.value, merged.object.front());
    if (!is_it) return false;
  }
  return true;
}

bool says(std::string_view text, const MergedObject& expected, const MemberSyntax& syntax) {
  const auto scanned = syntax.scan(text, kMembersMax);
  return scanned && has_exactly(*scanned, scanned->top, expected);
}

// The texts of a merge, each scanned once.
class Scanned {
 public:
  explicit Scanned(const MemberSyntax& syntax) : syntax_(syntax) {}

  // False: one cannot be read, or they have too many members.
  bool scan(const Terms<Terms<std::optional<ByteView>>>& nested) {
    for (const auto& inner : nested) {
      objects_.emplace_back();
      for (const auto& text : inner) {
        if (!add(text)) return false;
      }
    }
    return true;
  }
  const Terms<Terms<Object>>& objects() const { return objects_; }
  const MemberText& first() const { return *objects_[0][0].text; }

 private:
  bool add(const std::optional<ByteView>& bytes) {
    if (!bytes) {
      objects_.back().emplace_back();
      return true;
    }
    const auto [at, is_new] = texts_.try_emplace(as_text(*bytes));
    if (is_new) {
      auto scanned = syntax_.scan(at->first, kMembersMax - members_);
      if (!scanned) return false;
      members_ += scanned->members;
      at->second = std::move(*scanned);
    }
    objects_.back().push_back({&at->second, &at->second.top});
    return true;
  }

  const MemberSyntax& syntax_;
  std::map<std::string_view, MemberText> texts_;
  std::size_t members_ = 0;
  Terms<Terms<Object>> objects_;
};

TextMerge by_lines(const Terms<Terms<std::optional<ByteView>>>& nested) {
  Terms<Terms<ByteView>> texts;
  for (const auto& inner : nested) {
    texts.emplace_back();
    for (const auto& text : inner) texts.back().push_back(text.value_or(ByteView{}));
  }
  return merge_nested_texts(texts);
}

}  // namespace

std::vector<const MergedMember*> order_of(const MergedObject& object) {
  std::list<std::string_view> keys;
  std::map<std::string_view, std::list<std::string_view>::iterator> placed;
  for (const MemberValue* side : object.sides) {
    std::set<std::string_view> known;
    for (const auto& member : side->members) known.insert(member.key);
    auto next = keys.begin();
    for (const auto& member : side->members) {
      const auto merged = object.members.find(member.key);
      if (merged == object.members.end()) continue;
      const auto at = placed.find(member.key);
      if (at != placed.end()) {
        next = std::next(at->second);
        continue;
      }
      while (next != keys.end() && !known.contains(*next)) ++next;
      placed.emplace(merged->first, keys.insert(next, merged->first));
    }
  }
  std::vector<const MergedMember*> out;
  for (const auto key : keys) out.push_back(&object.members.at(key));
  return out;
}

MemberMerge merge_members(const Terms<Terms<std::optional<ByteView>>>& nested,
                          const MemberSyntax& syntax) {
  using Outcome = MemberMerge::Outcome;
  Scanned scanned(syntax);
  if (!nested[0][0] || !scanned.scan(nested)) return {Outcome::unreadable, {}};
  const auto merged = merge_objects(scanned.objects());
  if (!merged) return {Outcome::conflict, {}};
  const auto lines = by_lines(nested);
  if (lines.is_resolved() && says(as_text(lines.text()), *merged, syntax))
    return {Outcome::merged, lines.text()};
  const std::string text = syntax.write(scanned.first(), *merged);
  if (!says(text, *merged, syntax)) return {Outcome::unreadable, {}};
  return {Outcome::merged, to_bytes(as_bytes(text))};
}

}  // namespace hn::merge
