#include "git/pack_sink.hpp"

#include "git/layout.hpp"
#include "git/library.hpp"

namespace hn::git {
namespace {

// What waits for the thread that packs.
constexpr std::size_t kWaitingBytesMax = std::size_t{64} << 20;
// As git's fetch.unpackLimit.
constexpr std::size_t kSingleMax = 100;
constexpr std::size_t kSingleBytesMax = std::size_t{16} << 20;

}  // namespace

PackSink::PackSink(const ExportOptions& options, Target& target, Exported& out)
    : options_(options),
      target_(target),
      out_(out),
      fresh_(target.made()),
      thread_(kWaitingBytesMax, [this](Handed handed) {
        if (handed.piece)
          take_piece(*handed.piece);
        else
          take(std::move(handed.object));
      }) {}

void PackSink::object(Restored object) {
  if (object.made_here) made_here_.emplace_back(object.from, object.id);
  const std::size_t bytes = (object.bytes ? object.bytes->size() : 0) + 256;
  thread_.push({std::move(object), std::nullopt}, bytes);
}

void PackSink::piece(Bytes&& bytes) {
  const std::size_t size = bytes.size();
  thread_.push({{}, std::move(bytes)}, size);
}

void PackSink::take(Restored object) {
  if (!fresh_ && target_.has(object.id)) return;
  count(object.type);
  if (object.large > 0) return take_large(object);
  if (pack_) return pack(object);
  few_.push_back(std::move(object));
  std::size_t bytes = 0;
  for (const Restored& one : few_) bytes += one.bytes->size();
  if (few_.size() > kSingleMax || bytes > kSingleBytesMax) start_pack();
}

// Its pieces follow; of one that is there they are passed over.
void PackSink::take_large(const Restored& object) {
  start_pack();
  if (pack_->contains(object.id)) return;
  pack_->begin(object.type, object.id, object.large);
  large_left_ = object.large;
}

void PackSink::take_piece(const Bytes& bytes) {
  if (large_left_ == 0) return;
  HN_ASSERT(bytes.size() <= large_left_);
  pack_->more(bytes);
  large_left_ -= bytes.size();
  if (large_left_ == 0) pack_->end();
}

void PackSink::count(Type type) {
  switch (type) {
    case Type::commit:
      ++out_.commits;
      break;
    case Type::tree:
      ++out_.trees;
      break;
    case Type::blob:
      ++out_.blobs;
      break;
    case Type::tag:
      ++out_.tags;
      break;
  }
}

void PackSink::start_pack() {
  if (!pack_)
    pack_ = std::make_unique<PackWriter>(*options_.fs, target_.pack_folder(), options_.unique,
                                         options_.scratch);
  for (const Restored& one : few_) pack(one);
  few_.clear();
}

// Two of hn's values can be one object of git's: a folder with an odd form kept raw, and one
// without.
void PackSink::pack(const Restored& object) {
  if (pack_->contains(object.id)) return;
  pack_->add({object.type, object.id, *object.bytes, object.base,
              object.base ? ByteView(*object.base_bytes) : ByteView()});
}

void PackSink::finish() {
  thread_.finish();
  if (pack_) out_.bytes = pack_->finish();
  for (const Restored& one : few_) target_.write(one.type, one.id, *one.bytes);
  target_.refresh();
  for (const auto& [id, git] : made_here_) options_.made_here->learn(id, git);
}

CompareSink::CompareSink(const Target& target, const std::string& path)
    : target_(target),
      path_(path),
      large_(find_layout(path).folder.string(), library::shown(path)) {}

// What is large is compared by its id, which is made of what is there.
bool CompareSink::is_there(const Restored& object) {
  if (object.large > 0 && LargeBlobs::are_readable())
    return large_.read(object.id, [](ByteView) {});
  const auto there = target_.read(object.type, object.id);
  return there && (object.large > 0 || equal(*there, *object.bytes));
}

void CompareSink::object(Restored object) {
  ++objects;
  if (is_there(object)) return;
  throw Failure(Code::damaged,
                "git " + std::string(name_of(object.type)) + " " + to_hex(object.id) + " in " +
                    library::shown(path_) +
                    (target_.has(object.id) ? " is not what it should be" : " is missing"),
                "remove the folder and export again");
}

}  // namespace hn::git
