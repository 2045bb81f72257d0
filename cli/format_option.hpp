#pragma once

#include <optional>
#include <string_view>

namespace hn::cli {

// One of the options in a placeholder of a format, as in %(describe:abbrev=8,tags).
struct FormatOption {
  std::string_view name;
  std::optional<std::string_view> value;  // what stands behind =
};

// Takes the first one, up to a comma, off words that are not empty. Views into them.
FormatOption take_format_option(std::string_view& words);

}  // namespace hn::cli
