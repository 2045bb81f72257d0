#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "command.hpp"
#include "hn/object/commit.hpp"
#include "hn/object/tree.hpp"

// How things look: for people on a terminal, and as JSON for scripts.
namespace hn::cli {

using Json = nlohmann::ordered_json;

// Text from data as JSON holds it: itself where it is UTF-8, else under KEY_b64 in base64.
void put_text(Json& object, const std::string& key, std::string_view text);
// {"name", "email", "time", "date"}
Json person_json(const object::Person& person);
// {"id", "tree", "parents", "author", "committer", "message", ...}
Json commit_json(const object::Id& id, const object::Commit& commit);
void print(const Context& context, const Json& json);

// Colours; empty where the output has none.
struct Paint {
  std::string_view yellow, red, green, cyan, bold, off;
};
Paint paint(const Context& context);

// How ids are cut and paths are quoted, in the whole process: by core.abbrev and core.quotePath.
// Failure invalid for a value that says neither.
void show_as(const repo::Settings& settings);
// A path as git prints it: quoted in C's manner where it has control bytes, quotes or backslashes;
// with core.quotePath also where it is not ASCII.
std::string shown_path(std::string_view path);
// How many columns of a terminal a text takes: Chinese, Japanese and Korean characters two,
// combining marks none, bytes that are no UTF-8 one each.
std::size_t columns_of(std::string_view text);
// "12 files", "1 file".
std::string count_of(std::uint64_t n, std::string_view thing);
// "3.4 MB".
std::string bytes_text(std::uint64_t bytes);
// The first ten digits, or as many as core.abbrev says.
std::size_t short_digits();
std::string short_id(const object::Id& id);
// The message's first line, escaped.
std::string subject_of(const object::Commit& commit);

char letter_of(const std::optional<object::Value>& before,
               const std::optional<object::Value>& after);
// "added", "modified", "deleted", "type"
std::string_view word_of(const std::optional<object::Value>& before,
                         const std::optional<object::Value>& after);

}  // namespace hn::cli
