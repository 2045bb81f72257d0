#pragma once

#include "hn/object/tree.hpp"
#include "hn/repo/repository.hpp"

namespace hn::repo {

// The file that a new one was made of, as git log --follow finds it: among the files that are gone
// one with the same content, or among all; else the most alike one that is gone, else the most
// alike of all, that keeps at least so many percent.
struct MadeOf {
  std::string path;
  object::Value value;
  std::uint32_t percent = 100;
};
std::optional<MadeOf> made_of(const object::BlockReader& reader,
                              const std::optional<object::Id>& before, const object::Id& after,
                              const std::string& path, const object::Value& value,
                              std::uint32_t percent_min);

}  // namespace hn::repo
