#pragma once

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "hn/merge/conflicts.hpp"
#include "hn/merge/fold.hpp"
#include "hn/object/file.hpp"
#include "support/memory_blocks.hpp"
#include "unit/merge/texts.hpp"

// A repository in memory in which a folder is a map of paths: "lib/a" -> "x y" (lines x and y),
// with a mode in front where it is no ordinary file: "*x" executable, "@x" symlink, "#x" submodule.
namespace hn::merge::test {

using object::Id;
using object::Mode;
using object::Value;
using Files = std::map<std::string, std::string>;

class World {
 public:
  testing::MemoryBlocks blocks;
  testing::MemoryHistory history{blocks};

  Value value(std::string_view content) {
    if (content.starts_with('#')) {
      Value out{Mode::submodule, {}, 20};
      std::copy(content.begin() + 1, content.end(), out.bytes.begin());
      return out;
    }
    const Mode mode = content.starts_with('*')   ? Mode::executable
                      : content.starts_with('@') ? Mode::symlink
                                                 : Mode::file;
    if (mode != Mode::file) content.remove_prefix(1);
    return Value::of(mode, object::write_file(blocks, as_bytes(text(content))));
  }

  Id tree(const Files& files) {
    std::map<std::string, Files> folders;
    std::map<std::string, Value> values;
    for (const auto& [path, content] : files) {
      const auto slash = path.find('/');
      if (slash == std::string::npos) {
        values[path] = value(content);
      } else {
        folders[path.substr(0, slash)][path.substr(slash + 1)] = content;
      }
    }
    for (const auto& [name, inner] : folders) values[name] = Value::of(Mode::folder, tree(inner));
    std::vector<object::TreeEntry> entries;
    for (const auto& [name, v] : values) entries.push_back({name, v});
    return object::write_tree(blocks, entries);
  }

  Id commit(const Id& tree_id, const std::vector<Id>& parents = {}) {
    object::Commit c;
    c.tree = tree_id;
    c.parents = parents;
    c.author = c.committer = {"A", "a@example.org", {++time_, 60}};
    c.message = "change " + std::to_string(time_);
    return blocks.write(object::Kind::commit, *object::encode_commit(c));
  }
  Id commit(const Files& files, const std::vector<Id>& parents = {}) {
    return commit(tree(files), parents);
  }

  Folded fold(const std::vector<Id>& heads) {
    std::vector<std::uint32_t> seniority;
    for (std::uint32_t i = 0; i < heads.size(); ++i) seniority.push_back(i);
    auto folded = merge::fold(blocks, blocks, history, heads, seniority);
    REQUIRE(folded.has_value());
    return *folded;
  }

  // A folder as a map again; a conflict as "<term|term|term>", nothing as "-", a folder as "{..}".
  Files show(const Id& root) {
    Files out;
    const auto walked =
        object::walk_paths(blocks, root, [&](const std::string& path, const Value& v) {
          out[path] = show(v);
          return true;
        });
    REQUIRE(walked.has_value());
    return out;
  }

  std::string show(const Value& v) {
    if (v.mode == Mode::submodule) return "#" + std::string(as_text(ByteView(v.bytes).first(1)));
    if (v.mode == Mode::conflict) return show_conflict(v.id());
    if (v.mode == Mode::folder) {
      std::string out = "{";
      for (const auto& [path, content] : show(v.id())) out += path + "=" + content + " ";
      out.back() = '}';
      return out;
    }
    auto bytes = object::read_file(blocks, v.id(), kTextBytesMax);
    REQUIRE(bytes.has_value());
    std::string out = v.mode == Mode::executable ? "*" : v.mode == Mode::symlink ? "@" : "";
    for (const auto byte : *bytes) out += byte == '\n' ? ' ' : static_cast<char>(byte);
    if (out.ends_with(' ')) out.pop_back();
    return out;
  }

  std::string show_conflict(const Id& id) {
    const auto conflict = object::read_conflict(blocks, id);
    REQUIRE(conflict.has_value());
    std::string out;
    for (const auto& term : conflict->terms) {
      out += out.empty() ? "<" : "|";
      out += term ? show(*term) : "-";
    }
    return out + ">";
  }

  // What several heads come to.
  Files folded(const std::vector<Id>& heads) { return show(fold(heads).tree); }

 private:
  std::int64_t time_ = 1700000000;
};

}  // namespace hn::merge::test

namespace doctest {
template <>
struct StringMaker<hn::merge::test::Files> {
  static String convert(const hn::merge::test::Files& files) {
    std::string out;
    for (const auto& [path, content] : files) out += path + "=" + content + "; ";
    return out.c_str();
  }
};
}  // namespace doctest
