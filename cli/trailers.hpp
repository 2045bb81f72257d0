#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Lines such as "Signed-off-by: Sam <sam@example.org>" at the end of a message.
namespace hn::cli {

// The message with the line below those that it ends with, or behind an empty one where it ends
// with none; as it is where the line stands there last.
std::string with_trailer(std::string message, const std::string& line);

// "KEY: VALUE" of that or of "KEY=VALUE". Failure usage for what is neither.
std::string trailer_of(std::string_view text);

// What %(trailers:...) shows of a message.
struct TrailerFormat {
  // Of "key=K,valueonly,..."; nullopt where a word of it is none.
  static std::optional<TrailerFormat> parse(std::string_view words);

  std::vector<std::string> keys;  // in small letters; these alone
  bool only = false;              // no lines of the block that are none
  bool unfold = false;
  bool key_only = false;
  bool value_only = false;
  std::optional<std::string> separator;  // else each is a line
  std::optional<std::string> key_value_separator;

  std::string shown(std::string_view message) const;
};

}  // namespace hn::cli
