#include "git/source.hpp"

#include <algorithm>
#include <set>

#include "git/child.hpp"
#include "hn/base/text.hpp"
#include "hn/git/refs.hpp"

namespace hn::git {
namespace {

std::string quoted(const std::string& text) {
  return '\'' + escape_controls(text) + '\'';
}

}  // namespace

bool Wanted::has(std::string_view ref) const {
  return is_wanted(patterns, ref);
}

void Source::fail_broken(const Oid& oid, std::string_view what) const {
  throw Failure(Code::damaged,
                "git object " + to_hex(oid) + " in " + shown_ + " " + std::string(what), hint_);
}

void Source::check_size(const Oid& oid, Type type, std::uint64_t size) const {
  const std::uint64_t max = type == Type::blob ? kBlobBytesMax : kMetaBytesMax;
  if (size <= max) return;
  throw Failure(Code::refused,
                "git object " + to_hex(oid) + " in " + shown_ + " has " + std::to_string(size) +
                    " bytes, at most " + std::to_string(max) + " can be imported",
                "rewrite the history without it (`git filter-repo`), then import");
}

void add_unreadable(const Layout& layout, const Wanted& wanted, const std::vector<SourceRef>& refs,
                    std::vector<Notice>& notices) {
  std::set<std::string> heard;
  for (const SourceRef& ref : refs) heard.insert(ref.name);
  for (const Notice& notice : notices) heard.insert(notice.subject);
  std::error_code error;
  std::filesystem::recursive_directory_iterator at(layout.common / "refs", error);
  for (; !error && at != std::filesystem::recursive_directory_iterator(); at.increment(error)) {
    const std::string name = at->path().lexically_relative(layout.common).string();
    if (at->is_directory(error) || heard.contains(name) || name.ends_with(".lock") ||
        !wanted.has(name))
      continue;
    notices.push_back({name, "the reference holds no id and is left out"});
  }
  std::ranges::sort(notices, {}, &Notice::subject);
}

std::unique_ptr<Source> open_source(const ImportOptions& options) {
  const Layout layout = find_layout(options.path);
  const std::string shown = quoted(options.shown.empty() ? options.path : options.shown);
  require_plain_files(layout, shown);
  if (!options.only_news && is_shallow(layout))
    throw Failure(
        Code::refused,
        "git repository " + shown +
            " is a shallow clone: its oldest commits name parents that it left out",
        "`git fetch --unshallow` in it brings them; without them nothing can be taken up");
  try {
    return open_with_library(layout, shown, options.any_owner);
  } catch (const Failure& failure) {
    if (failure.code() != Code::unsupported) throw;
    const auto program = find_git();
    if (!program)
      throw Failure(Code::unsupported, failure.context(),
                    "install git: with it such repositories can be read");
    return open_with_program(layout, shown, options.any_owner, *program);
  }
}

}  // namespace hn::git
