// git-cat-file(1), BATCH OUTPUT.
#include "git/cat_file.hpp"

#include <algorithm>
#include <charconv>

#include "hn/base/error.hpp"

namespace hn::git {
namespace {

// A line of the batch: an id, a type, a length.
constexpr std::size_t kHeaderBytesMax = 256;
constexpr std::size_t kBufferBytes = std::size_t{64} << 10;

std::optional<Type> type_from(std::string_view word) {
  for (const Type type : {Type::commit, Type::tree, Type::blob, Type::tag})
    if (name_of(type) == word) return type;
  return std::nullopt;
}

}  // namespace

CatFile::CatFile(const ChildOptions& command, std::string shown, std::function<void()> ended)
    : shown_(std::move(shown)), ended_(std::move(ended)), child_(command) {}

void CatFile::fail(std::string_view what) const {
  throw Failure(Code::io, "git, reading " + shown_ + ", " + std::string(what) + ": " +
                              reason_in(child_.errors()));
}

void CatFile::fail_ended() const {
  if (ended_) ended_();
  fail("has ended early");
}

// A byte of the batch's output at a time would be a call each.
void CatFile::fill() {
  buffer_.resize(kBufferBytes);
  at_ = 0;
  buffer_.resize(child_.read(buffer_));
  if (buffer_.empty()) fail_ended();
}

Byte CatFile::next_byte() {
  if (at_ == buffer_.size()) fill();
  return buffer_[at_++];
}

std::string CatFile::line() {
  std::string out;
  for (Byte byte = next_byte(); byte != '\n'; byte = next_byte()) {
    out.push_back(static_cast<char>(byte));
    if (out.size() > kHeaderBytesMax) fail("answers out of turn");
  }
  return out;
}

std::optional<CatFile::Header> CatFile::ask(const Oid& oid) {
  const std::string hex = to_hex(oid);
  if (!child_.write(hex + "\n")) fail_ended();
  const std::string answer = line();
  if (answer == hex + " missing") return std::nullopt;
  std::string_view rest(answer);
  if (!rest.starts_with(hex + " ")) fail("answers out of turn");
  rest.remove_prefix(hex.size() + 1);
  const std::size_t space = rest.find(' ');
  const auto type = type_from(rest.substr(0, space));
  if (!type || space == std::string_view::npos) fail("answers out of turn");
  rest.remove_prefix(space + 1);
  Header header{*type, 0};
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), header.size);
  if (error != std::errc() || end != rest.data() + rest.size()) fail("answers out of turn");
  return header;
}

void CatFile::contents(std::uint64_t size, const std::function<void(ByteView piece)>& take) {
  while (size > 0) {
    if (at_ == buffer_.size()) fill();
    const std::size_t n = std::min<std::uint64_t>(size, buffer_.size() - at_);
    take(ByteView(buffer_).subspan(at_, n));
    at_ += n;
    size -= n;
  }
  if (next_byte() != '\n') fail("answers out of turn");
}

// Grows with what is there: an object claims its length before its bytes come.
Bytes CatFile::contents(std::uint64_t size) {
  Bytes out;
  contents(size, [&](ByteView piece) { out.insert(out.end(), piece.begin(), piece.end()); });
  return out;
}

}  // namespace hn::git
