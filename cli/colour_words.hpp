#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hn::cli {

// What a terminal takes for a colour in git's words, "bold red", "brightred", "208", "#ff8000",
// "normal red" (of which the second is the background). nullopt where they are none.
std::optional<std::string> colour_code(std::string_view words);

}  // namespace hn::cli
