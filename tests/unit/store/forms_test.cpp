#include "store/forms.hpp"

#include <doctest/doctest.h>

#include "hn/base/random.hpp"

using namespace hn;
using namespace hn::store;

TEST_CASE("a difference from any bytes comes back, whatever they begin with") {
  SeededRandom random(1);
  const std::vector<Bytes> beginnings{
      {},
      {0x37, 0xa4, 0x30, 0xec},                          // a dictionary of zstd's
      {0x28, 0xb5, 0x2f, 0xfd},                          // a frame
      {0x37, 0xa4, 0x30, 0xec, 1, 0, 0, 0, 0, 0, 0, 0},  // with the dictionary's number
  };
  for (const Bytes& beginning : beginnings) {
    for (const std::size_t length : {0U, 1U, 3U, 4U, 7U, 8U, 9U, 500U, 100000U}) {
      CAPTURE(length);
      Bytes base = beginning;
      base.resize(std::max<std::size_t>(length, beginning.size()));
      random.fill(std::span(base).subspan(beginning.size()));
      Bytes plain = base;
      plain.insert(plain.begin() + static_cast<std::ptrdiff_t>(plain.size() / 2), 60, Byte{7});
      const Encoded encoded = encode_form(plain, base);
      if (length >= 500) CHECK(encoded.form == Form::zstd_prefix);
      const auto decoded =
          decode_form(encoded.form, static_cast<std::uint32_t>(plain.size()), encoded.bytes, base);
      CHECK(to_bytes(*decoded) == plain);
    }
  }
}
