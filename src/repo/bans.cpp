#include "hn/repo/bans.hpp"

#include <algorithm>
#include <charconv>

#include "hn/base/text.hpp"
#include "hn/os/private_file.hpp"

namespace hn::repo {
namespace {

constexpr std::size_t kFileBytesMax = 4096;

std::string path_of(const World& world, const crypto::TransportKey& key) {
  return world.folders.state + "/bans/" + to_hex(key.bytes);
}

// "SECONDS REASON\n"
void read_ban(const World& world, const std::string& path, Ban& ban) {
  const auto stat = world.fs.stat(path);
  if (!stat || stat->folder || stat->size > kFileBytesMax) return;
  const Bytes bytes = os::read_file(world.fs, path);
  std::string_view text = as_text(bytes);
  text = text.substr(0, text.find('\n'));
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ban.since);
  if (error != std::errc{}) return;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (!text.empty()) ban.reason = text.substr(1);
}

}  // namespace

std::string bans_folder(const World& world) {
  std::string folder = world.folders.state + "/bans";
  os::make_folders(world.fs, folder);
  return folder;
}

void ban(const World& world, const Ban& ban) {
  bans_folder(world);
  const std::string reason = escape_controls(ban.reason).substr(0, kFileBytesMax / 2);
  os::write_private_file(world.fs, path_of(world, ban.key),
                         as_bytes(std::to_string(ban.since) + " " + reason + "\n"));
}

bool unban(const World& world, const crypto::TransportKey& key) {
  const std::string path = path_of(world, key);
  if (!world.fs.stat(path)) return false;
  world.fs.remove(path);
  world.fs.sync_folder(os::parent_of(path));
  return true;
}

std::vector<Ban> bans(const World& world) {
  std::vector<Ban> out;
  const std::string folder = world.folders.state + "/bans";
  if (!world.fs.stat(folder)) return out;
  for (const std::string& name : world.fs.list(folder)) {
    const auto bytes = from_hex(name);
    Ban one;
    if (!bytes || bytes->size() != one.key.bytes.size()) continue;
    std::ranges::copy(*bytes, one.key.bytes.begin());
    read_ban(world, folder + "/" + name, one);
    out.push_back(std::move(one));
  }
  std::ranges::sort(out, {}, &Ban::key);
  return out;
}

}  // namespace hn::repo
