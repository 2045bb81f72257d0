// Persons, headers and git ids: hn-objects(5), section COMMITS.
#include "object/person_codec.hpp"

#include <algorithm>

namespace hn::object {
namespace {

// Two digits of hours and two of minutes are all that git can write.
constexpr std::int32_t kZoneMinutesMax = 99 * 60 + 59;

bool has_any(std::string_view text, std::string_view of) noexcept {
  return text.find_first_of(of) != std::string_view::npos;
}

}  // namespace

const char* fault_of(const Person& person) noexcept {
  constexpr std::string_view kNever("<>\n\0", 4);
  if (has_any(person.name, kNever)) return "a person's name holds a byte that is not allowed";
  if (has_any(person.email, kNever)) return "a person's e-mail holds a byte that is not allowed";
  const std::int32_t zone = person.time.zone_minutes;
  if (zone < -kZoneMinutesMax || zone > kZoneMinutesMax) return "a time zone is out of range";
  return nullptr;
}

const char* fault_of(const std::vector<Header>& headers) noexcept {
  for (const Header& header : headers) {
    if (header.key.empty()) return "a header has no key";
    if (has_any(header.key, std::string_view(" \n\0", 3)))
      return "a header's key holds a byte that is not allowed";
  }
  return nullptr;
}

const char* fault_of(const GitId& git) noexcept {
  if (git.size == 32) return nullptr;
  const bool padded =
      std::all_of(git.bytes.begin() + 20, git.bytes.end(), [](Byte b) { return b == 0; });
  return git.size == 20 && padded ? nullptr : "a git id has a wrong length";
}

void put_person(Encoder& out, const Person& person) {
  out.sized(person.name)
      .sized(person.email)
      .zigzag(person.time.seconds)
      .zigzag(person.time.zone_minutes);
}

void put_headers(Encoder& out, const std::vector<Header>& headers) {
  out.varint(headers.size());
  for (const Header& header : headers) out.sized(header.key).sized(header.value);
}

void put_git(Encoder& out, const GitId& git) {
  out.u8(git.size).raw(ByteView(git.bytes).first(git.size));
}

std::string get_text(Decoder& in) {
  return to_string(in.sized(kBlockBytesMax));
}

Person get_person(Decoder& in) {
  Person person;
  person.name = get_text(in);
  person.email = get_text(in);
  person.time.seconds = in.zigzag();
  const std::int64_t zone = in.zigzag();
  if (zone < -kZoneMinutesMax || zone > kZoneMinutesMax) in.fail();
  person.time.zone_minutes = in.failed() ? 0 : static_cast<std::int32_t>(zone);
  return person;
}

std::vector<Header> get_headers(Decoder& in) {
  std::vector<Header> headers;
  const std::uint64_t count = in.varint();
  if (count > in.left() / 2) return in.fail(), headers;
  headers.resize(count);
  for (Header& header : headers) {
    header.key = get_text(in);
    header.value = get_text(in);
  }
  return headers;
}

GitId get_git(Decoder& in) noexcept {
  GitId git;
  git.size = in.u8();
  if (git.size != 20 && git.size != 32) return in.fail(), GitId{};
  std::ranges::copy(in.take(git.size), git.bytes.begin());
  return git;
}

}  // namespace hn::object
