#pragma once

#include <span>

#include "diff_files.hpp"

// What differs, a line for each file.
namespace hn::cli {

// --raw, --name-status or --name-only.
void print_list(const Context& context, std::span<const FileDiff> files,
                const DiffOptions& options);

// --summary: what came, went or got another mode. Answers whether there was any.
bool print_summary(const Context& context, std::span<const FileDiff> files);

// "new", "gone" or "mode +x", as --compact-summary has it; empty for what only changed.
std::string compact_summary(const FileDiff& file);

// "a/{b => c}/d", as git names a renamed file in one line.
std::string renamed_text(const std::string& from, const std::string& to);

}  // namespace hn::cli
