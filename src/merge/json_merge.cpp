#include "merge/json_merge.hpp"

#include "merge/json_text.hpp"

// Specified in hn-merge(7), JSON.
namespace hn::merge {
namespace {

// The text of an object: the members' own bytes, with blanks as the first side has them where a
// member stands first or last and did not before.
class Writer {
 public:
  std::string text;

  void write(const MergedObject& object) {
    const MemberValue& host = *object.sides.front();
    const auto order = order_of(object);
    text += '{';
    if (order.empty() && host.members.empty()) text += host.inside;
    for (std::size_t i = 0; i < order.size(); ++i) {
      text += lead(host, *order[i], i == 0);
      write_member(*order[i]);
      const bool was_last = order[i]->source == &order[i]->owner->members.back();
      if (i + 1 == order.size()) {
        text += end_of(object);
      } else {
        if (!was_last) text += order[i]->source->trail;
        text += ',';
      }
    }
    text += '}';
  }

 private:
  void write_member(const MergedMember& member) {
    text += member.source->head;
    if (member.object.empty())
      text += member.source->value.bytes;
    else
      write(member.object.front());
  }

  static std::string_view lead(const MemberValue& host, const MergedMember& member, bool is_first) {
    if (is_first) return host.members.empty() ? member.source->lead : host.members[0].lead;
    const bool was_first = member.source == &member.owner->members.front();
    return was_first && host.members.size() > 1 ? host.members[1].lead : member.source->lead;
  }

  // Before the brace: of the first side that has members.
  static std::string_view end_of(const MergedObject& object) {
    for (const MemberValue* side : object.sides) {
      if (!side->members.empty()) return side->members.back().trail;
    }
    return {};
  }
};

std::string write_json(const MemberText& first, const MergedObject& merged) {
  Writer writer;
  writer.text = first.before;
  writer.write(merged);
  writer.text += first.after;
  return std::move(writer.text);
}

}  // namespace

MemberMerge merge_json(const Terms<Terms<std::optional<ByteView>>>& nested) {
  return merge_members(nested, {scan_json, write_json});
}

}  // namespace hn::merge
