#include "qr.hpp"

#include <qrencode.h>

#include <array>
#include <memory>

#include "hn/base/error.hpp"

namespace hn::cli {
namespace {

// Modules around the code that stay light. The standard wants four; readers make do with two, with
// which the code of a link fits a terminal of 80 columns.
constexpr int kMargin = 2;

struct Free {
  void operator()(QRcode* code) const noexcept { QRcode_free(code); }
};

bool is_light(const QRcode& code, int row, int column) {
  if (row < 0 || column < 0 || row >= code.width || column >= code.width) return true;
  return (code.data[row * code.width + column] & 1) == 0;
}

}  // namespace

std::string qr_code(std::string_view text, bool colour) {
  constexpr std::array<std::string_view, 4> kBlocks{" ", "\u2584", "\u2580", "\u2588"};
  const std::unique_ptr<QRcode, Free> code(
      QRcode_encodeData(static_cast<int>(text.size()),
                        reinterpret_cast<const unsigned char*>(text.data()), 0, QR_ECLEVEL_L));
  if (!code) throw Failure(hn::Code::usage, "the link is too long for a QR code", "fewer --addr");
  std::string out;
  for (int row = -kMargin; row < code->width + kMargin; row += 2) {
    if (colour) out += "\x1b[38;5;231;48;5;16m";
    for (int column = -kMargin; column < code->width + kMargin; ++column) {
      // Below the last row of an odd number there is nothing, which is dark.
      const bool upper = is_light(*code, row, column);
      const bool lower = row + 1 < code->width + kMargin && is_light(*code, row + 1, column);
      out += kBlocks[(upper ? 2U : 0U) + (lower ? 1U : 0U)];
    }
    if (colour) out += "\x1b[0m";
    out += "\n";
  }
  return out;
}

}  // namespace hn::cli
