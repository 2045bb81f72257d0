#pragma once

#include "command.hpp"

namespace hn::cli {

// All of a file that is named on the command line, a pipe as well; "-" is standard input. Failure
// where it is not there, cannot be read, or is longer than `bytes_max`.
std::string text_of_file(const Context& context, const std::string& name, std::size_t bytes_max);

// The message of -m (several become paragraphs) or -F (a file, or - for standard input); nullopt
// where neither was given.
std::optional<std::string> message_of(const Context& context, const Given& given);

}  // namespace hn::cli
