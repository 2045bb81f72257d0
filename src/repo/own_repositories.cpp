#include "hn/repo/own_repositories.hpp"

#include <algorithm>

#include "hn/base/error.hpp"
#include "hn/base/text.hpp"
#include "hn/os/private_file.hpp"

namespace hn::repo {
namespace {

// A note is the root of the working tree and a newline: a path may hold any other newline.
constexpr std::size_t kNoteBytesMax = 16 * 1024;

std::string folder_of(const World& world) {
  return world.folders.state + "/repositories";
}

std::string note_path(const World& world, const Instance& instance) {
  return folder_of(world) + "/" + to_hex(instance);
}

std::optional<std::string> read_note(const World& world, const std::string& path) {
  const auto stat = world.fs.stat(path);
  if (!stat || stat->folder || stat->size > kNoteBytesMax) return std::nullopt;
  const Bytes bytes = os::read_file(world.fs, path);
  const std::string_view text = as_text(bytes);
  if (!text.starts_with('/') || !text.ends_with('\n')) return std::nullopt;
  return std::string(text.substr(0, text.size() - 1));
}

}  // namespace

std::string notes_folder(const World& world) {
  std::string folder = folder_of(world);
  os::make_folders(world.fs, folder);
  return folder;
}

// The name appears with its bytes: who lists the folder meanwhile never reads half a note. A home
// that cannot be written has no say in what a command does.
void note_repository(const World& world, const OwnRepository& own) try {
  const std::string path = note_path(world, own.instance);
  if (read_note(world, path) == own.root) return;
  const std::string beside = notes_folder(world) + "/." + to_hex(own.instance);
  {
    const auto file = world.fs.open(beside, os::Access::create);
    file->truncate(0);
    file->write_at(0, as_bytes(own.root + "\n"));
  }
  world.fs.rename(beside, path);
} catch (const Failure&) {
}

void forget_repository(const World& world, const Instance& instance) {
  const std::string path = note_path(world, instance);
  if (world.fs.stat(path)) world.fs.remove(path);
}

std::vector<OwnRepository> own_repositories(const World& world) {
  std::vector<OwnRepository> out;
  std::string folder = folder_of(world);
  if (!world.fs.stat(folder)) return out;
  for (const std::string& name : world.fs.list(folder)) {
    const auto bytes = from_hex(name);
    if (!bytes || bytes->size() != Instance{}.size()) continue;
    OwnRepository own;
    std::ranges::copy(*bytes, own.instance.begin());
    if (to_hex(own.instance) != name) continue;
    if (auto root = read_note(world, folder + "/" + name)) {
      own.root = std::move(*root);
      out.push_back(std::move(own));
    }
  }
  std::ranges::sort(out);
  return out;
}

}  // namespace hn::repo
