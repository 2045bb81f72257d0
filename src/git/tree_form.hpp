#pragma once

#include "hn/git/form.hpp"

namespace hn::git {

// Git's order of a folder's entries: by name, a folder's as if a slash followed it.
bool git_less(std::string_view a, object::Mode a_mode, std::string_view b,
              object::Mode b_mode) noexcept;

// As git writes it today; empty for a conflict.
std::string_view git_mode(object::Mode mode) noexcept;

// One line of a folder.
void put_line(Bytes& out, std::string_view name, object::Mode mode, const GitId& id);

// As the public one, with git's ids by the entries' places: import knows them without a look-up.
using EntryIds = std::function<std::optional<GitId>(std::size_t)>;
Result<Bytes> git_bytes_of(std::span<const object::TreeEntry> entries, const EntryIds& ids);

}  // namespace hn::git
