#pragma once

#include "command.hpp"

// Programs of the user's that hn runs before and after what it does: .hn/hooks/NAME, or NAME in the
// folder that core.hooksPath names, where it is executable. They are never part of a history, so
// that nobody else's come with one; in a folder of somebody else's, and among the files of the
// working tree, they are left alone.
namespace hn::cli {

// Whether there is one to run.
bool has_hook(const Context& context, const repo::Repository& repository, std::string_view name);

// Runs it in the root of the working tree and answers its exit status; 0 where there is none. What
// it prints goes to standard error. One that belongs to another user, or could have come with a
// history, is told of, not run.
int run_hook(const Context& context, const repo::Repository& repository, std::string_view name,
             const std::vector<std::string>& arguments = {});

// The same, and Failure refused where it does not end with 0.
void require_hook(const Context& context, const repo::Repository& repository, std::string_view name,
                  const std::vector<std::string>& arguments = {});

// A text as a hook leaves it that is told the name of a file that it stands in, and then these
// arguments; without one as it is. Failure as above.
std::string text_by_hook(const Context& context, const repo::Repository& repository,
                         std::string_view name, const std::string& file, std::string text,
                         const std::vector<std::string>& arguments = {});

// post-checkout, with where the working tree stood and stands; its exit status is the command's.
int run_checkout_hook(const Context& context, const repo::Repository& repository,
                      const std::optional<object::Id>& before,
                      const std::optional<object::Id>& after, bool branch);

// A command line of the user's with a file behind it, in the current folder; its exit status.
int run_shell(const std::string& command, const std::string& file);

}  // namespace hn::cli
