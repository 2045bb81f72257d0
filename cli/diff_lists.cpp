#include "diff_lists.hpp"

#include <algorithm>
#include <ostream>

#include "diff_stat.hpp"
#include "patch.hpp"

namespace hn::cli {
namespace {

std::string status_of(const FileDiff& file) {
  if (!file.renamed) return std::string(1, letter_of(file.before, file.after));
  std::string digits = std::to_string(file.percent);
  return (file.copied ? "C" : "R") + std::string(3 - std::min<std::size_t>(3, digits.size()), '0') +
         digits;
}

// Of a side that is not there zeros, and so of a conflict, which has no mode in git.
std::string mode_digits(const std::optional<object::Value>& value) {
  if (!value || value->mode == object::Mode::conflict) return "000000";
  return std::string(mode_text(value->mode));
}

std::string id_digits(const std::optional<object::Value>& value, std::size_t digits) {
  if (!value) return std::string(digits, '0');
  return hn::to_hex(ByteView(value->bytes).first(value->size)).substr(0, digits);
}

void print_raw(std::ostream& out, const FileDiff& file, std::size_t digits) {
  out << ":" << mode_digits(file.before) << " " << mode_digits(file.after) << " "
      << id_digits(file.before, digits) << " " << id_digits(file.after, digits) << " ";
}

bool is_executable(const object::Value& value) {
  return value.mode == object::Mode::executable;
}

bool is_symlink(const object::Value& value) {
  return value.mode == object::Mode::symlink;
}

// " mode change 100644 => 100755", and a path where that is not told already.
bool print_mode_change(const Context& context, const FileDiff& file, const std::string& path) {
  if (!file.before || !file.after || file.before->mode == file.after->mode) return false;
  context.out << " mode change " << mode_digits(file.before) << " => " << mode_digits(file.after)
              << (path.empty() ? "" : " ") << path << "\n";
  return true;
}

}  // namespace

void print_list(const Context& context, std::span<const FileDiff> files,
                const DiffOptions& options) {
  const bool status = options.name_status || options.raw;
  const char between = options.nul ? '\0' : '\t';
  const auto path = [&](const std::string& name) { return options.nul ? name : shown_path(name); };
  for (const FileDiff& file : files) {
    if (options.raw && !options.name_status) print_raw(context.out, file, options.digits);
    if (status) context.out << status_of(file) << between;
    if (status && file.renamed) context.out << path(file.old_path) << between;
    context.out << path(file.new_path) << (options.nul ? '\0' : '\n');
  }
}

bool print_summary(const Context& context, std::span<const FileDiff> files) {
  bool any = false;
  for (const FileDiff& file : files) {
    const std::string path = shown_path(file.new_path);
    if (file.renamed) {
      context.out << (file.copied ? " copy " : " rename ")
                  << renamed_text(file.old_path, file.new_path) << " (" << file.percent << "%)\n";
      print_mode_change(context, file, "");
    } else if (!file.before || !file.after) {
      context.out << (file.before ? " delete" : " create") << " mode "
                  << mode_digits(file.before ? file.before : file.after) << " " << path << "\n";
    } else if (!print_mode_change(context, file, path)) {
      continue;
    }
    any = true;
  }
  return any;
}

std::string compact_summary(const FileDiff& file) {
  if (!file.after) return "gone";
  const bool link = is_symlink(*file.after);
  const bool runs = is_executable(*file.after);
  if (!file.before) return link ? "new +l" : runs ? "new +x" : "new";
  if (is_symlink(*file.before) != link) return link ? "mode +l" : "mode -l";
  if (is_executable(*file.before) != runs) return runs ? "mode +x" : "mode -x";
  return "";
}

void DiffFilter::pick(std::vector<FileDiff>& files) const {
  if (takes_all()) return;
  const auto takes = [&](const FileDiff& file) {
    return letters_.find(status_of(file).front()) != letters_.npos;
  };
  if (!all_)
    std::erase_if(files, [&](const FileDiff& file) { return !takes(file); });
  else if (std::ranges::none_of(files, takes))
    files.clear();
}

std::string renamed_text(const std::string& from, const std::string& to) {
  if (shown_path(from) != from || shown_path(to) != to)
    return shown_path(from) + " => " + shown_path(to);
  std::size_t begin = 0;
  for (std::size_t i = 0; i < std::min(from.size(), to.size()) && from[i] == to[i]; ++i) {
    if (from[i] == '/') begin = i + 1;
  }
  // What both end with may begin with the slash that both beginnings end with.
  const std::size_t shared = begin > 0 ? begin - 1 : 0;
  std::size_t end = 0;
  for (std::size_t n = 1;
       n + shared <= std::min(from.size(), to.size()) && from[from.size() - n] == to[to.size() - n];
       ++n) {
    if (from[from.size() - n] == '/') end = n;
  }
  const auto middle = [&](const std::string& path) {
    return path.size() > begin + end ? path.substr(begin, path.size() - begin - end)
                                     : std::string();
  };
  std::string changed = middle(from) + " => " + middle(to);
  if (begin + end == 0) return changed;
  return from.substr(0, begin) + "{" + changed + "}" + from.substr(from.size() - end);
}

}  // namespace hn::cli
