#include "merge/changed_lines.hpp"

namespace hn::merge {

std::vector<Difference> differences_of(const std::vector<char>& a, const std::vector<char>& b) {
  std::vector<Difference> out;
  std::uint32_t i = 0;
  std::uint32_t j = 0;
  while (i < a.size() || j < b.size()) {
    const bool differs = (i < a.size() && a[i] != 0) || (j < b.size() && b[j] != 0);
    if (!differs) {
      ++i;
      ++j;
      continue;
    }
    Difference d{i, i, j, j};
    while (i < a.size() && a[i] != 0) ++i;
    while (j < b.size() && b[j] != 0) ++j;
    d.a_end = i;
    d.b_end = j;
    out.push_back(d);
  }
  return out;
}

}  // namespace hn::merge
