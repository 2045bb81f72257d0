#pragma once

#include <optional>
#include <string>
#include <vector>

#include "command.hpp"
#include "hn/repo/identity.hpp"
#include "hn/repo/repository.hpp"

namespace hn::cli {

// A repository that a command may make and, where it fails before it can keep() it, takes away
// again with the folders made for it. One that was there before stays as it is. To be declared
// before the repository, which has to be closed first.
class Unfinished {
 public:
  Unfinished(const Context& context, const std::string& folder);
  ~Unfinished();
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;

  void made(const repo::Repository& repository);
  void keep() noexcept { kept_ = true; }

 private:
  const Context& context_;
  repo::Layout layout_;
  std::vector<std::string> folders_;  // that are not there yet, the innermost first
  std::optional<repo::Instance> instance_;
  bool kept_;
};

}  // namespace hn::cli
