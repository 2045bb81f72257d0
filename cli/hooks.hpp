#pragma once

#include "command.hpp"

// Programs of the user's that hn runs before and after what it does: .hn/hooks/NAME, where it is
// executable. They are never part of a history, so that nobody else's come with one; in a folder of
// somebody else's they are left alone.
namespace hn::cli {

// Whether there is one to run.
bool has_hook(const Context& context, const repo::Repository& repository, std::string_view name);

// Runs it in the root of the working tree and answers its exit status; 0 where there is none. What
// it prints goes to standard error. One that belongs to another user is told of, not run.
int run_hook(const Context& context, const repo::Repository& repository, std::string_view name,
             const std::vector<std::string>& arguments = {});

// The same, and Failure refused where it does not end with 0.
void require_hook(const Context& context, const repo::Repository& repository, std::string_view name,
                  const std::vector<std::string>& arguments = {});

// A command line of the user's with a file behind it, in the current folder; its exit status.
int run_shell(const std::string& command, const std::string& file);

}  // namespace hn::cli
