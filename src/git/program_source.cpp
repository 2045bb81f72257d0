// Git's own plumbing as the reader.
#include <algorithm>

#include "git/cat_file.hpp"
#include "git/large_blob.hpp"
#include "git/program.hpp"
#include "git/source.hpp"

namespace hn::git {
namespace {

constexpr std::string_view kHeads = "refs/heads/";

class ProgramSource final : public Source {
 public:
  ProgramSource(const Layout& layout, const std::string& shown, std::string program)
      : Source(shown),
        layout_(layout),
        program_(std::move(program)),
        id_bytes_(program::id_bytes(program_, layout_.folder, shown)) {
    is_partial_ = run_child(command({"config", "--get-regexp",
                                     R"(^(extensions\.partialclone|remote\..*\.promisor)$)"}),
                            program::kAnswerBytesMax)
                      .status == 0;
    if (is_partial_)
      hint_ = "it is a partial clone: make a full one with `git clone --mirror URL DIR`";
    // A git that knows no better tries to fetch what a partial clone lacks, which it is not
    // allowed, and ends.
    const std::string threshold = "core.bigFileThreshold=" + std::to_string(kLargeBytes / 2);
    batch_ =
        std::make_unique<CatFile>(command({"-c", threshold, "cat-file", "--batch"}), shown, [this] {
          if (is_partial_) fail_broken(asked_, "is missing");
        });
  }

  std::uint8_t id_bytes() const noexcept override { return id_bytes_; }

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

  // What git says of an object it says before its bytes, which come all the same.
  Short read_short(const Oid& oid) const override {
    if (last_ && last_oid_ == oid) {
      const std::uint64_t bytes = last_->bytes().size();
      return {read(oid), bytes};
    }
    const CatFile::Header header = ask(oid);
    if (header.type != Type::blob || header.size <= kLargeBytes) {
      keep(oid, header);
      return {read(oid), header.size};
    }
    batch_->contents(header.size, [](ByteView) {});
    return {std::nullopt, header.size};
  }

  std::vector<SourceRef> refs(const Wanted& wanted, std::vector<Notice>& notices) const override {
    std::vector<SourceRef> out;
    for (const auto& [name, oid] : program::refs(program_, layout_.folder, shown(), id_bytes_))
      if (wanted.has(name)) out.push_back({name, oid});
    // Git warns of some and passes over others in silence.
    add_unreadable(layout_, wanted, out, notices);
    return out;
  }

  std::string head_branch() const override {
    const std::string name = program::head(program_, layout_.folder);
    return name.starts_with(kHeads) ? name.substr(kHeads.size()) : std::string();
  }

 private:
  ChildOptions command(const std::vector<std::string>& words) const {
    return program::command(program_, layout_.folder, words);
  }

  CatFile::Header ask(const Oid& oid) const {
    last_.reset();
    asked_ = oid;
    const auto header = batch_->ask(oid);
    if (!header) fail_broken(oid, "is missing");
    check_size(oid, header->type, header->size);
    return *header;
  }

  void keep(const Oid& oid, const CatFile::Header& header) const {
    auto bytes = std::make_unique<Bytes>(batch_->contents(header.size));
    if (git_id_of(header.type, *bytes, id_bytes_) != oid) fail_broken(oid, "does not match its id");
    const ByteView view(*bytes);
    last_ = Object(header.type, view, Object::Owner(bytes.release(), free_bytes));
    last_oid_ = oid;
  }

  void fetch(const Oid& oid) const { keep(oid, ask(oid)); }

  static void free_bytes(const void* bytes) { delete static_cast<const Bytes*>(bytes); }

  Layout layout_;
  std::string program_;
  std::uint8_t id_bytes_;
  bool is_partial_ = false;
  mutable Oid asked_;
  std::unique_ptr<CatFile> batch_;
  // Whoever asks for a type reads the object next.
  mutable std::optional<Object> last_;
  mutable Oid last_oid_;
};

}  // namespace

std::unique_ptr<Source> open_with_program(const Layout& layout, const std::string& shown,
                                          bool any_owner, const std::string& program) {
  if (!any_owner)
    program::check_owner(layout, shown,
                         "if you trust it, import it with the option that allows any owner");
  return std::make_unique<ProgramSource>(layout, shown, program);
}

}  // namespace hn::git
