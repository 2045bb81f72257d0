// Format: hn-store(5), FORMAT.
#include "store/format_file.hpp"

#include <charconv>

#include "hn/base/error.hpp"
#include "hn/base/text.hpp"

namespace hn::store {
namespace {

constexpr std::string_view kFirst = "hn-store ";
constexpr std::string_view kNeeds = "needs ";
constexpr unsigned kFormat = 1;
constexpr std::size_t kFormatBytesMax = 4096;

std::string path_in(const std::string& folder) {
  return folder + "/format";
}

std::string_view next_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

std::optional<unsigned> version_in(std::string_view line) {
  if (!line.starts_with(kFirst)) return std::nullopt;
  line.remove_prefix(kFirst.size());
  unsigned version = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), version);
  if (error != std::errc() || end != line.data() + line.size()) return std::nullopt;
  return version;
}

// Every feature is missing: this version has the features of format 1, which has no names for them.
std::string missing_features(std::string_view text) {
  std::string names;
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    if (!line.starts_with(kNeeds)) continue;
    names += names.empty() ? "" : ", ";
    names += escape_controls(line.substr(kNeeds.size()));
  }
  return names;
}

}  // namespace

Bytes encode_format() {
  return to_bytes(as_bytes("hn-store 1\n"));
}

bool has_format_file(os::FileSystem& fs, const std::string& folder) {
  return fs.stat(path_in(folder)).has_value();
}

void check_format_file(os::FileSystem& fs, const std::string& folder) {
  const std::string path = path_in(folder);
  if (!has_format_file(fs, folder)) throw Failure(Code::no_repository, folder + ": no store");
  const Bytes bytes = os::read_file(fs, path);
  std::string_view text = as_text(bytes);
  const auto version = bytes.size() <= kFormatBytesMax ? version_in(next_line(text)) : std::nullopt;
  if (!version) throw Failure(Code::damaged, path + ": not the format of a store");
  const std::string features = missing_features(text);
  if (!features.empty()) {
    throw Failure(Code::unsupported,
                  folder + ": needs a feature that this version lacks: " + features,
                  "use a newer hn");
  }
  if (*version == 0) {
    throw Failure(Code::unsupported, folder + ": store format 0, of before the formats were frozen",
                  "export it to git with the hn that made it, and import that here");
  }
  if (*version > kFormat) {
    throw Failure(Code::unsupported,
                  folder + ": store format " + std::to_string(*version) +
                      " is newer than this version knows (" + std::to_string(kFormat) + ")",
                  "use a newer hn");
  }
}

}  // namespace hn::store
