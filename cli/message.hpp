#pragma once

#include "command.hpp"

namespace hn::cli {

// The message of -m (several become paragraphs) or -F (a file, or - for standard input); nullopt
// where neither was given.
std::optional<std::string> message_of(const Context& context, const Given& given);

}  // namespace hn::cli
