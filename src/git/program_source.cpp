// Git's own plumbing as the reader: git-cat-file(1), BATCH OUTPUT; git-for-each-ref(1).
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "git/child.hpp"
#include "git/source.hpp"
#include "hn/base/text.hpp"

namespace hn::git {
namespace {

constexpr std::string_view kHeads = "refs/heads/";
// A line of the batch: an id, a type, a length.
constexpr std::size_t kHeaderBytesMax = 256;
// All references with their names.
constexpr std::size_t kRefsBytesMax = std::size_t{256} << 20;
constexpr std::size_t kAnswerBytesMax = 4096;
// What is asked for at once: an object claims its length before its bytes are there.
constexpr std::size_t kPieceBytes = std::size_t{1} << 20;

std::optional<Type> type_from(std::string_view word) {
  for (const Type type : {Type::commit, Type::tree, Type::blob, Type::tag})
    if (name_of(type) == word) return type;
  return std::nullopt;
}

std::optional<Oid> oid_from(std::string_view hex, std::uint8_t size) {
  const auto bytes = from_hex(hex);
  if (!bytes || bytes->size() != size) return std::nullopt;
  Oid oid;
  oid.size = size;
  std::ranges::copy(*bytes, oid.bytes.begin());
  return oid;
}

std::string_view take_line(std::string_view& rest) {
  const std::string_view line = rest.substr(0, rest.find('\n'));
  rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  return line;
}

// Git leaves this out where a repository is named to it, as it is here. Root may read everybody's
// when it is root by sudo for its owner: as git does.
void check_owner(const Layout& layout, const std::string& shown) {
  struct stat found {};
  if (stat(layout.folder.c_str(), &found) != 0 || found.st_uid == geteuid()) return;
  const char* sudo = getenv("SUDO_UID");
  std::uint64_t by = 0;
  if (geteuid() == 0 && sudo != nullptr) {
    const std::string_view text(sudo);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), by);
    if (error == std::errc() && end == text.data() + text.size() && by == found.st_uid) return;
  }
  throw Failure(Code::refused, "git repository " + shown + " belongs to another user",
                "if you trust it, import it with the option that allows any owner");
}

// Nothing that the repository's own configuration names is run by these commands; what could be
// is switched off all the same.
ChildOptions command(const std::string& program, const Layout& layout,
                     const std::vector<std::string>& words) {
  ChildOptions options;
  options.arguments = {program,
                       "--no-pager",
                       "-c",
                       "protocol.allow=never",
                       "-c",
                       "core.fsmonitor=false",
                       "-c",
                       "core.hooksPath=/dev/null",
                       "--git-dir=" + std::filesystem::absolute(layout.folder).string()};
  options.arguments.insert(options.arguments.end(), words.begin(), words.end());
  options.environment = git_environment(Reading::quiet);
  options.own_session = true;
  return options;
}

class ProgramSource final : public Source {
 public:
  ProgramSource(const Layout& layout, const std::string& shown, std::string program)
      : Source(shown), layout_(layout), program_(std::move(program)) {
    find_format();
    is_partial_ =
        ask({"config", "--get-regexp", R"(^(extensions\.partialclone|remote\..*\.promisor)$)"},
            kAnswerBytesMax)
            .status == 0;
    if (is_partial_)
      hint_ = "it is a partial clone: make a full one with `git clone --mirror URL DIR`";
    batch_ = std::make_unique<Child>(command(program_, layout_, {"cat-file", "--batch"}));
  }

  Type type_of(const Oid& oid) const override {
    if (!last_ || last_oid_ != oid) fetch(oid);
    return last_->type();
  }

  Object read(const Oid& oid) const override {
    if (!last_ || last_oid_ != oid) fetch(oid);
    Object object = *std::move(last_);
    last_.reset();
    return object;
  }

  std::vector<SourceRef> refs(const Wanted& wanted, std::vector<Notice>& notices) const override {
    const Ran ran = ask({"for-each-ref", "--format=%(objectname) %(refname)"}, kRefsBytesMax);
    if (ran.status != 0)
      throw Failure(Code::io, "the references of " + this->shown() +
                                  " cannot be read: " + reason_in(ran.errors));
    std::vector<SourceRef> out;
    for (std::string_view rest = ran.output; !rest.empty();) {
      const std::string_view line = take_line(rest);
      const std::size_t space = line.find(' ');
      const auto oid = oid_from(line.substr(0, space), id_size_);
      if (space == std::string_view::npos || !oid) fail_protocol("names a reference without an id");
      const std::string name(line.substr(space + 1));
      if (wanted.has(name)) out.push_back({name, *oid});
    }
    std::ranges::sort(out, {}, &SourceRef::name);
    // Git warns of some and passes over others in silence.
    add_unreadable(layout_, wanted, out, notices);
    return out;
  }

  std::string head_branch() const override {
    const Ran ran = ask({"symbolic-ref", "-q", "HEAD"}, kAnswerBytesMax);
    std::string_view rest = ran.output;
    const std::string_view name = take_line(rest);
    if (ran.status != 0 || !name.starts_with(kHeads)) return {};
    return std::string(name.substr(kHeads.size()));
  }

 private:
  Ran ask(const std::vector<std::string>& words, std::size_t bytes_max) const {
    return run_child(command(program_, layout_, words), bytes_max);
  }

  void find_format() {
    const Ran ran = ask({"rev-parse", "--show-object-format"}, kAnswerBytesMax);
    if (ran.status != 0)
      throw Failure(Code::unsupported,
                    "git repository " + shown() + " cannot be read: " + reason_in(ran.errors),
                    "a newer git may know it: git --version");
    id_size_ = ran.output == "sha256\n" ? 32 : 20;
  }

  [[noreturn]] void fail_protocol(std::string_view what) const {
    throw Failure(Code::io, "git, reading " + shown() + ", " + std::string(what) + ": " +
                                reason_in(batch_ ? batch_->errors() : std::string()));
  }

  // A byte of the batch's output at a time would be a call each.
  Byte next_byte() const {
    if (at_ == buffer_.size()) fill();
    return buffer_[at_++];
  }
  void fill() const {
    buffer_.resize(64 * 1024);
    at_ = 0;
    buffer_.resize(batch_->read(buffer_));
    if (buffer_.empty()) fail_ended();
  }
  // A git that knows no better tries to fetch what a partial clone lacks, which it is not allowed.
  [[noreturn]] void fail_ended() const {
    if (is_partial_) fail_broken(asked_, "is missing");
    fail_protocol("has ended early");
  }

  std::string header() const {
    std::string line;
    for (Byte byte = next_byte(); byte != '\n'; byte = next_byte()) {
      line.push_back(static_cast<char>(byte));
      if (line.size() > kHeaderBytesMax) fail_protocol("answers out of turn");
    }
    return line;
  }

  Bytes contents(std::uint64_t size) const {
    Bytes out;
    while (out.size() < size) {
      if (at_ == buffer_.size()) fill();
      const std::size_t n =
          std::min<std::uint64_t>({size - out.size(), buffer_.size() - at_, kPieceBytes});
      const auto from = buffer_.begin() + static_cast<std::ptrdiff_t>(at_);
      out.insert(out.end(), from, from + static_cast<std::ptrdiff_t>(n));
      at_ += n;
    }
    if (next_byte() != '\n') fail_protocol("answers out of turn");
    return out;
  }

  void fetch(const Oid& oid) const {
    last_.reset();
    const std::string hex = to_hex(oid);
    asked_ = oid;
    if (!batch_->write(hex + "\n")) fail_ended();
    const std::string line = header();
    if (line == hex + " missing") fail_broken(oid, "is missing");
    std::string_view rest(line);
    if (!rest.starts_with(hex + " ")) fail_protocol("answers out of turn");
    rest.remove_prefix(hex.size() + 1);
    const std::size_t space = rest.find(' ');
    const auto type = type_from(rest.substr(0, space));
    std::uint64_t size = 0;
    if (!type || space == std::string_view::npos) fail_protocol("answers out of turn");
    rest.remove_prefix(space + 1);
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), size);
    if (error != std::errc() || end != rest.data() + rest.size())
      fail_protocol("answers out of turn");
    check_size(oid, *type, size);
    auto bytes = std::make_unique<Bytes>(contents(size));
    if (git_id_of(*type, *bytes, id_size_) != oid) fail_broken(oid, "does not match its id");
    const ByteView view(*bytes);
    last_ = Object(*type, view, Object::Owner(bytes.release(), free_bytes));
    last_oid_ = oid;
  }

  static void free_bytes(const void* bytes) { delete static_cast<const Bytes*>(bytes); }

  Layout layout_;
  std::string program_;
  std::uint8_t id_size_ = 20;
  bool is_partial_ = false;
  mutable Oid asked_;
  std::unique_ptr<Child> batch_;
  // Whoever asks for a type reads the object next.
  mutable std::optional<Object> last_;
  mutable Oid last_oid_;
  mutable Bytes buffer_;
  mutable std::size_t at_ = 0;
};

}  // namespace

std::unique_ptr<Source> open_with_program(const Layout& layout, const std::string& shown,
                                          bool any_owner, const std::string& program) {
  if (!any_owner) check_owner(layout, shown);
  return std::make_unique<ProgramSource>(layout, shown, program);
}

}  // namespace hn::git
