#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Git's references and hn's branches and tags. A branch stands for refs/heads/NAME, a tag for
// refs/tags/NAME. What lies elsewhere keeps its full name, "refs/notes/commits", as the name of a
// branch if it holds a commit, else of a tag: so it can go back to exactly that place.
namespace hn::git {

// Where a branch or tag of hn's lies in git.
std::string git_ref_name(bool is_tag, std::string_view name);

// The name by which hn knows a reference of git's, without saying whether as a branch or a tag.
// nullopt where hn cannot hold it: below refs/heads/ and refs/tags/ what begins with refs/ itself
// (it would go back to another place), and what is no name of hn's (hn-log(5)).
std::optional<std::string> hn_ref_name(std::string_view ref);

// Whether a full name matches a pattern: '*' stands for any bytes, slashes too, '?' for one,
// "[a-z]" and "[!a-z]" for one of a set; '\' takes the next byte as it is. A pattern without any of
// these also matches all that lies below it. Time at most the product of the lengths.
bool matches_ref(std::string_view pattern, std::string_view ref) noexcept;

// Whether a reference is asked for: one that matches a pattern, or where there are no patterns a
// branch or tag.
bool is_wanted(const std::vector<std::string>& patterns, std::string_view ref) noexcept;

}  // namespace hn::git
