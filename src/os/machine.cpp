#include "hn/os/machine.hpp"

#include <unistd.h>

#include <array>
#include <charconv>

#include "hn/base/error.hpp"

namespace hn::os {
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) < 0) return "host:unknown";
  return std::string("host:") + name.data();
}

std::optional<std::uint64_t> number_from(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string machine_id(FileSystem& fs) {
  const std::string path = "/etc/machine-id";
  if (!fs.stat(path)) return host_name();
  const std::string text = to_string(read_file(fs, path));
  const std::string id = text.substr(0, text.find_first_of(" \n"));
  // systemd writes "uninitialized" into images that have not been booted yet.
  return id.empty() || id == "uninitialized" ? host_name() : id;
}

Place place_of(FileSystem& fs, const std::string& folder) {
  const auto stat = fs.stat(folder);
  if (!stat || !stat->folder) throw Failure(Code::not_found, folder + ": no such folder");
  return {machine_id(fs), stat->device, stat->inode};
}

std::string to_text(const Place& place) {
  return place.machine + " " + std::to_string(place.device) + " " + std::to_string(place.inode);
}

std::optional<Place> place_from(const std::string& text) {
  const auto last = text.rfind(' ');
  if (last == std::string::npos || last == 0) return std::nullopt;
  const auto first = text.rfind(' ', last - 1);
  if (first == std::string::npos || first == 0) return std::nullopt;
  const auto device = number_from(std::string_view(text).substr(first + 1, last - first - 1));
  const auto inode = number_from(std::string_view(text).substr(last + 1));
  if (!device || !inode) return std::nullopt;
  return Place{text.substr(0, first), *device, *inode};
}

}  // namespace hn::os
