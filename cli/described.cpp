#include "described.hpp"

#include <algorithm>
#include <charconv>

#include "format_option.hpp"
#include "hn/base/text.hpp"
#include "hn/repo/setting_value.hpp"
#include "output.hpp"

namespace hn::cli {

std::optional<DescribeOptions> DescribeOptions::parse(std::string_view words) {
  DescribeOptions out;
  while (!words.empty()) {
    const auto [name, given] = take_format_option(words);
    const std::string value(given.value_or(""));
    if (name == "tags") {
      const auto truth = given ? repo::truth_of(value) : std::optional(true);
      if (!truth) return std::nullopt;
      out.all_tags = *truth;
    } else if (name == "abbrev" && given) {
      std::uint32_t digits = 0;
      const char* end = value.data() + value.size();
      const auto read = std::from_chars(value.data(), end, digits);
      if (value.empty() || read.ec != std::errc{} || read.ptr != end) return std::nullopt;
      out.digits = digits;
    } else if (name == "match" && given) {
      out.meant.emplace_back(value, false);
    } else if (name == "exclude" && given) {
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
