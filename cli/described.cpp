#include "described.hpp"

#include <algorithm>
#include <charconv>

#include "hn/base/text.hpp"
#include "hn/repo/setting_value.hpp"
#include "output.hpp"

namespace hn::cli {

std::optional<DescribeOptions> DescribeOptions::parse(std::string_view words) {
  DescribeOptions out;
  while (!words.empty()) {
    const std::string_view word = words.substr(0, words.find(','));
    words.remove_prefix(std::min(word.size() + 1, words.size()));
    const std::size_t equals = word.find('=');
    const std::string_view name = word.substr(0, equals);
    const std::string value(equals == word.npos ? "" : word.substr(equals + 1));
    if (name == "tags") {
      const auto truth = equals == word.npos ? std::optional(true) : repo::truth_of(value);
      if (!truth) return std::nullopt;
      out.all_tags = *truth;
    } else if (name == "abbrev" && equals != word.npos) {
      std::uint32_t digits = 0;
      const char* end = value.data() + value.size();
      const auto read = std::from_chars(value.data(), end, digits);
      if (value.empty() || read.ec != std::errc{} || read.ptr != end) return std::nullopt;
      out.digits = digits;
    } else if (name == "match" && equals != word.npos) {
      out.meant.emplace_back(value, false);
    } else if (name == "exclude" && equals != word.npos) {
      out.left_out.emplace_back(value, false);
    } else {
      return std::nullopt;
    }
  }
  return out;
}

std::string DescribeOptions::id_of(const object::Id& commit) const {
  const std::uint64_t shown = std::max<std::uint64_t>(digits.value_or(short_digits()), 4);
  return object::to_hex(commit).substr(0, shown);
}

std::optional<Described> described(const repo::Repository& repository, const object::Id& commit,
                                   const DescribeOptions& options) {
  const auto takes = [&](const std::string& tag) {
    const auto fits = [&](const Glob& glob) { return glob.matches(tag); };
    return (options.meant.empty() || std::ranges::any_of(options.meant, fits)) &&
           std::ranges::none_of(options.left_out, fits);
  };
  const auto found = repo::describe(repository, commit, options.all_tags, takes);
  if (!found) return std::nullopt;
  Described out{escape_controls(found->tag), *found};
  if (options.digits != 0 && (found->distance > 0 || options.long_form))
    out.text += "-" + std::to_string(found->distance) + "-g" + options.id_of(commit);
  return out;
}

}  // namespace hn::cli
