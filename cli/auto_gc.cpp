#include "auto_gc.hpp"

#include <charconv>

#include "alias.hpp"
#include "background.hpp"
#include "hn/base/error.hpp"
#include "hn/repo/gc.hpp"

namespace hn::cli {
namespace {

constexpr std::uint64_t kOperationsDefault = 1000;
// The lowest priority but for what only runs where nothing else does.
constexpr int kNice = 15;

void start_gc(const Context& context, const repo::Repository& repository) {
  context.out.flush();
  Background program;
  program.words = {"-C", repository.layout().root, "gc", "--auto"};
  program.nice = kNice;
  start_in_background(program);
}

}  // namespace

std::optional<std::uint64_t> operations_per_gc(const Context& context) {
  const auto text = own_settings(context).get("gc.auto");
  if (!text) return kOperationsDefault;
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), count);
  const bool is_number = error == std::errc() && end == text->data() + text->size();
  return is_number && count > 0 ? std::optional(count) : std::nullopt;
}

void start_gc_where_worthwhile(const Context& context, const repo::Repository& repository) {
  try {
    const auto operations = operations_per_gc(context);
    if (operations && repo::gc_is_worthwhile(repository, *operations))
      return start_gc(context, repository);
  } catch (const Failure&) {
    return;
  }
  start_filters_where_wanted(context, repository);
}

void start_filters_where_wanted(const Context& context, const repo::Repository& repository) {
  repository.history().keep();
  try {
    if (repository.history().wants_filters() && operations_per_gc(context))
      start_gc(context, repository);
  } catch (const Failure&) {
    // Settings that cannot be read.
  }
}

}  // namespace hn::cli
