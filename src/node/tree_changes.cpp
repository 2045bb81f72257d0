#include "hn/node/tree_changes.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>

#include "hn/base/codec.hpp"
#include "hn/base/text.hpp"
#include "hn/node/daemon.hpp"
#include "hn/node/local.hpp"
#include "hn/object/tree.hpp"
#include "hn/os/tree_watch.hpp"
#include "hn/worktree/name.hpp"

namespace hn::node {
namespace {

constexpr std::string_view kAnswer = "changes\n";
constexpr std::string_view kNobody = "not watched\n";
constexpr std::string_view kNoToken = "-";

// Words with one blank behind each.
class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}

  std::string_view word() {
    const std::size_t end = rest_.find(' ');
    if (end == std::string_view::npos) {
      failed_ = true;
      return {};
    }
    const std::string_view out = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return out;
  }

  std::uint64_t number() {
    const std::string_view text = word();
    std::uint64_t out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc() || end != text.data() + text.size()) failed_ = true;
    return out;
  }

  std::string_view rest() const { return rest_; }
  bool failed() const { return failed_; }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

std::optional<worktree::WatchToken> token_of(std::string_view instance, std::uint64_t count) {
  worktree::WatchToken out;
  const auto bytes = from_hex(instance);
  if (!bytes || bytes->size() != out.instance.size()) return std::nullopt;
  std::ranges::copy(*bytes, out.instance.begin());
  out.count = count;
  return out;
}

bool is_path(std::string_view path) {
  for (;;) {
    const std::size_t slash = path.find('/');
    if (!object::is_tree_name(path.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

std::vector<std::string> decode_paths(Decoder& in) {
  std::vector<std::string> out;
  const std::uint64_t count = in.varint();
  if (count > kChangedPathsMax) in.fail();
  for (std::uint64_t i = 0; i < count && !in.failed(); ++i) {
    const std::string_view path = as_text(in.sized(kChangedBytesMax));
    if (!is_path(path) || (!out.empty() && !worktree::path_less(out.back(), path))) in.fail();
    out.emplace_back(path);
  }
  return out;
}

}  // namespace

std::optional<std::string> encode_question(const TreeQuestion& question) {
  if (question.root.find('\n') != std::string::npos) return std::nullopt;
  std::string out(kTreeQuestion);
  for (const std::uint64_t number : {question.device, question.inode, question.mounts})
    out += std::to_string(number) + " ";
  out += question.token ? to_hex(question.token->instance) : std::string(kNoToken);
  out += " " + std::to_string(question.token ? question.token->count : 0) + " " + question.root;
  return out;
}

std::optional<TreeQuestion> decode_question(std::string_view line) {
  if (!line.starts_with(kTreeQuestion)) return std::nullopt;
  Words words(line.substr(kTreeQuestion.size()));
  TreeQuestion out;
  out.device = words.number();
  out.inode = words.number();
  out.mounts = words.number();
  const std::string_view instance = words.word();
  const std::uint64_t count = words.number();
  out.root = words.rest();
  if (words.failed() || !out.root.starts_with('/')) return std::nullopt;
  if (out.root.find_first_of(std::string_view("\n\0", 2)) != std::string::npos) return std::nullopt;
  if (instance == kNoToken) return out;
  out.token = token_of(instance, count);
  if (!out.token) return std::nullopt;
  return out;
}

std::string encode_answer(const std::optional<worktree::WatchAnswer>& answer) {
  if (!answer) return std::string(kNobody);
  Encoder out;
  out.raw(as_bytes(kAnswer)).raw(answer->now.instance).varint(answer->now.count);
  out.u8(answer->changed ? 1 : 0);
  if (answer->changed) {
    out.varint(answer->changed->size());
    for (const std::string& path : *answer->changed) out.sized(path);
  }
  return std::string(as_text(out.bytes()));
}

std::optional<worktree::WatchAnswer> decode_answer(std::string_view answer) {
  if (!answer.starts_with(kAnswer)) return std::nullopt;
  Decoder in(as_bytes(answer.substr(kAnswer.size())));
  worktree::WatchAnswer out;
  const ByteView instance = in.take(out.now.instance.size());
  std::ranges::copy(instance, out.now.instance.begin());
  out.now.count = in.varint();
  const std::uint8_t named = in.u8();
  if (named > 1) in.fail();
  if (named == 1) out.changed = decode_paths(in);
  if (!in.done()) return std::nullopt;
  return out;
}

std::optional<worktree::WatchAnswer> ask_tree_changes(
    const repo::World& world, const std::string& root,
    const std::optional<worktree::WatchToken>& token) {
  struct stat entry {};
  if (stat(root.c_str(), &entry) != 0) return std::nullopt;
  const auto question =
      encode_question({root, entry.st_dev, entry.st_ino, os::mount_namespace(), token});
  if (!question) return std::nullopt;
  try {
    const auto answer = ask_daemon(world, *question, kWatcherWaitMax);
    return answer ? decode_answer(*answer) : std::nullopt;
  } catch (const Failure&) {
    return std::nullopt;  // nobody needs the daemon to see what is in a folder
  }
}

}  // namespace hn::node
