#pragma once

#include <string>
#include <string_view>

// Lines such as "Signed-off-by: Sam <sam@example.org>" at the end of a message.
namespace hn::cli {

// The message with the line below those that it ends with, or behind an empty one where it ends
// with none; as it is where the line stands there last.
std::string with_trailer(std::string message, const std::string& line);

// "KEY: VALUE" of that or of "KEY=VALUE". Failure usage for what is neither.
std::string trailer_of(std::string_view text);

}  // namespace hn::cli
