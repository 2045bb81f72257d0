#include "quiet.hpp"

#include <algorithm>
#include <array>
#include <iostream>
#include <string_view>
#include <utility>

#include "command.hpp"
#include "ref_filter.hpp"

namespace hn::cli {
namespace {

bool always(const Given& /*given*/) {
  return true;
}

// The verbs whose output says what was done, and with which words it does.
struct Telling {
  std::string_view verb;
  bool (*tells)(const Given& given);
};
constexpr std::array kTelling{
    Telling{"add", always},
    Telling{
        "branch",
        [](const Given& given) { return given.has("NAME|REV") && !RefFilter::is_asked(given); }},
    Telling{"clone", always},
    Telling{"commit", [](const Given& given) { return !given.has("dry-run"); }},
    Telling{"export", always},
    Telling{"fsck", always},
    Telling{"gc", [](const Given& given) { return !given.has("dry-run"); }},
    Telling{"import", always},
    Telling{"init", always},
    Telling{"merge", always},
    Telling{"mv", [](const Given& given) { return !given.has("dry-run"); }},
    Telling{"resolve", [](const Given& given) { return !given.has("dry-run"); }},
    Telling{"restore", always},
    Telling{"rm", [](const Given& given) { return !given.has("dry-run"); }},
    Telling{"switch", always},
    Telling{"sync", always},
    Telling{
        "tag",
        [](const Given& given) { return given.has("NAME|REV") && !RefFilter::is_asked(given); }},
};

constexpr std::array<std::string_view, 10> kQuietVerbs{
    "branch", "clone", "export", "fsck", "gc", "import", "init", "merge", "switch", "sync"};

constexpr std::array<std::string_view, 2> kNotes{"note: ", "hint: "};

}  // namespace

bool quiet_means_silence(std::string_view verb) {
  return std::ranges::find(kQuietVerbs, verb) != kQuietVerbs.end();
}

bool tells_only(const Command& command, const Given& given) {
  const auto* at = std::ranges::find(kTelling, command.name, &Telling::verb);
  return at != kTelling.end() && !given.has("json") && at->tells(given);
}

void Quiet::begin(bool output_too) {
  err_ = std::cerr.rdbuf();
  lines_.to = err_;
  std::cerr.rdbuf(&lines_);
  if (output_too) out_ = std::cout.rdbuf(&nowhere_);
}

void Quiet::end() {
  lines_.finish();
  if (out_ != nullptr) std::cout.rdbuf(std::exchange(out_, nullptr));
  if (err_ != nullptr) std::cerr.rdbuf(std::exchange(err_, nullptr));
}

bool Quiet::Lines::may_be_note() const {
  return std::ranges::any_of(kNotes,
                             [&](std::string_view note) { return note.starts_with(line_); });
}

bool Quiet::Lines::is_note() const {
  return std::ranges::find(kNotes, line_) != kNotes.end();
}

void Quiet::Lines::pass() {
  to->sputn(line_.data(), static_cast<std::streamsize>(line_.size()));
  line_.clear();
}

Quiet::Lines::int_type Quiet::Lines::overflow(int_type c) {
  if (traits_type::eq_int_type(c, traits_type::eof())) return traits_type::not_eof(c);
  const char byte = traits_type::to_char_type(c);
  if (!passing_ && !dropping_) {
    line_ += byte;
    dropping_ = is_note();
    passing_ = !dropping_ && !may_be_note();
    if (passing_) pass();
    if (dropping_) line_.clear();
  } else if (passing_) {
    to->sputc(byte);
  }
  if (byte == '\n') passing_ = dropping_ = false;
  return c;
}

int Quiet::Lines::sync() {
  return to->pubsync();
}

void Quiet::Lines::finish() {
  if (to != nullptr && !line_.empty()) pass();
}

}  // namespace hn::cli
