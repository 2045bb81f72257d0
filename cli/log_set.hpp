#pragma once

#include "command.hpp"
#include "hn/repo/revision.hpp"

// The branches and tags that hn log begins with.
namespace hn::cli {

// The rows of the table, and whether one of them was given.
std::vector<Option> log_set_rows();
bool names_sets(const Given& given);

// What --all, --branches, --tags and --glob lead to, less what --exclude names.
void add_sets(repo::Repository& repository, const Given& given, repo::CommitSet& to);

}  // namespace hn::cli
