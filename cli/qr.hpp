#pragma once

#include <string>
#include <string_view>

namespace hn::cli {

// A text as a QR code (ISO/IEC 18004, error correction L), a line for two rows of modules. What is
// light is a block: right on a dark ground, and in `colour` on any. Failure (usage) where the text
// is longer than a code holds (2,953 bytes).
std::string qr_code(std::string_view text, bool colour);

}  // namespace hn::cli
