#include "hn/repo/peer_limits.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "hn/base/text.hpp"
#include "hn/os/private_file.hpp"

namespace hn::repo {
namespace {

constexpr std::size_t kFileBytesMax = 64;

std::string path_of(const World& world, const crypto::TransportKey& key) {
  return world.folders.state + "/limits/" + to_hex(key.bytes);
}

// "BYTES\n"
std::optional<std::uint64_t> read_limit(const World& world, const std::string& path) {
  const auto stat = world.fs.stat(path);
  if (!stat || stat->folder || stat->size > kFileBytesMax) return std::nullopt;
  const Bytes bytes = os::read_file(world.fs, path);
  const std::string_view text = as_text(bytes);
  std::uint64_t rate = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rate);
  if (error != std::errc{} || std::string_view(end, text.data() + text.size()) != "\n" || rate == 0)
    return std::nullopt;
  return rate;
}

}  // namespace

std::string peer_limits_folder(const World& world) {
  std::string folder = world.folders.state + "/limits";
  os::make_folders(world.fs, folder);
  return folder;
}

void limit_peer(const World& world, const crypto::TransportKey& key,
                std::uint64_t bytes_per_second) {
  peer_limits_folder(world);
  os::write_private_file(world.fs, path_of(world, key),
                         as_bytes(std::to_string(bytes_per_second) + "\n"));
}

bool unlimit_peer(const World& world, const crypto::TransportKey& key) {
  const std::string path = path_of(world, key);
  if (!world.fs.stat(path)) return false;
  world.fs.remove(path);
  world.fs.sync_folder(os::parent_of(path));
  return true;
}

std::map<crypto::TransportKey, std::uint64_t> peer_limits(const World& world) {
  std::map<crypto::TransportKey, std::uint64_t> out;
  const std::string folder = world.folders.state + "/limits";
  if (!world.fs.stat(folder)) return out;
  for (const std::string& name : world.fs.list(folder)) {
    const auto bytes = from_hex(name);
    crypto::TransportKey key;
    if (!bytes || bytes->size() != key.bytes.size()) continue;
    std::ranges::copy(*bytes, key.bytes.begin());
    if (const auto rate = read_limit(world, folder + "/" + name)) out[key] = *rate;
  }
  return out;
}

}  // namespace hn::repo
