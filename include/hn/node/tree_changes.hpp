#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "hn/repo/world.hpp"
#include "hn/worktree/watched.hpp"

// How a scan asks the daemon of this user what has changed in a working tree.
namespace hn::node {

// More are not named: then everything counts as changed.
inline constexpr std::size_t kChangedPathsMax = 50'000;
inline constexpr std::size_t kChangedBytesMax = std::size_t{8} << 20;  // of all paths together
// So long somebody who wants to know how things stand waits before looking for himself.
inline constexpr Duration kWatcherWaitMax = std::chrono::seconds(1);

struct TreeQuestion {
  std::string root;
  // What the root is to who asks; to the daemon it must be the same (os::mount_namespace()).
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t mounts = 0;
  std::optional<worktree::WatchToken> token;
  friend bool operator==(const TreeQuestion&, const TreeQuestion&) = default;
};

// A line without its end; its first word is kTreeQuestion. nullopt for a root with a newline in it.
inline constexpr std::string_view kTreeQuestion = "changes ";
std::optional<std::string> encode_question(const TreeQuestion& question);
std::optional<TreeQuestion> decode_question(std::string_view line);

// nullopt: nobody watches there.
std::string encode_answer(const std::optional<worktree::WatchAnswer>& answer);
// Total. Paths are such as a tree can have, in order, each once; anything else is no answer.
std::optional<worktree::WatchAnswer> decode_answer(std::string_view answer);

// For repo::World. nullopt where no daemon runs, where it does not watch the tree (yet), and where
// it does not answer in time.
std::optional<worktree::WatchAnswer> ask_tree_changes(
    const repo::World& world, const std::string& root,
    const std::optional<worktree::WatchToken>& token);

}  // namespace hn::node
