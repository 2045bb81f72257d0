#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "hn/repo/world.hpp"

// What the values of settings mean, as in git.
namespace hn::repo {

// 0x10, 010, 1k, 2M, 3g, with a sign.
std::optional<std::int64_t> number_of(std::string_view text);
// Of the numbers that say true or false, and where either may stand.
std::optional<std::int64_t> short_number_of(std::string_view text);
// Of nothing false.
std::optional<bool> truth_of(std::string_view text);
// With the home in place of ~ and ~user; nullopt where there is none.
std::optional<std::string> path_of(const World& world, const std::string& text);

}  // namespace hn::repo
