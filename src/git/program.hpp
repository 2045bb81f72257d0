#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "git/child.hpp"
#include "git/layout.hpp"
#include "git/oid.hpp"

// Git's plumbing on a repository that is not trusted: how it is asked, and its answers taken apart.
namespace hn::git::program {

// All references with their names.
inline constexpr std::size_t kRefsBytesMax = std::size_t{256} << 20;
// What is a line or two.
inline constexpr std::size_t kAnswerBytesMax = 4096;

// A command on the repository with this folder (.git). Nothing that its own configuration names is
// run by plumbing that reads; what could be is switched off all the same.
ChildOptions command(const std::string& program, const std::string& folder,
                     const std::vector<std::string>& words);

// Git leaves this out where a repository is named to it, as it is here. Root may read everybody's
// when it is root by sudo for its owner: as git does. Failure(refused).
void check_owner(const Layout& layout, const std::string& shown, std::string_view hint);

// 20 or 32. Failure(unsupported) where git cannot open the repository.
std::uint8_t id_bytes(const std::string& program, const std::string& folder,
                      const std::string& shown);

// What every reference holds, symbolic ones followed; those that hold nothing are left out. Throws
// Failure(io).
std::map<std::string, Oid> refs(const std::string& program, const std::string& folder,
                                const std::string& shown, std::uint8_t id_bytes);

// What HEAD names, there or not; empty where it is detached.
std::string head(const std::string& program, const std::string& folder);

// The line in front, which goes.
std::string_view take_line(std::string_view& rest);

}  // namespace hn::git::program
