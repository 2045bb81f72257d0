// What the fold of a branch with many heads costs in a repository on disk, and what it costs again
// when one more entry has come: N devices that each committed once on the same base.
//
//   ninja -C build/release fold_again && build/release/tests/bench/fold_again FOLDER [N [MORE]]
//
// FOLDER is made, and must not be there. For each way to have edited it prints the seconds of the
// cold fold, of the fold after each of MORE further entries (the store opened anew, as a command
// does; the median, and processor time), and of the last one from nothing.
// tests/bench/many_heads.py puts git's chain of merges beside it.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <map>

#include "hn/log/write.hpp"
#include "hn/object/file.hpp"
#include "hn/object/tree.hpp"
#include "hn/repo/branches.hpp"
#include "hn/repo/exchange.hpp"
#include "hn/repo/init.hpp"

using namespace hn;
using object::Id;

namespace {

std::string lines(std::size_t count, std::size_t changed, const std::string& as) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i)
    out += i == changed ? as + "\n" : "line " + std::to_string(i) + "\n";
  return out;
}

std::string digits(std::size_t i) {
  const std::string out = std::to_string(i);
  return std::string(5 - out.size(), '0') + out;
}

constexpr std::size_t kMoreMax = 100;

// Path to text; folders one deep.
using Files = std::map<std::string, std::string>;

struct Way {
  std::string name;
  Files base;
  std::function<Files(std::size_t)> edit;  // of a device
};

std::string in_folder(std::size_t i) {
  return "d" + digits(i / 25) + "/f" + digits(i);
}

Way own_file(std::size_t n) {
  Way out{"each a file of its own", {}, [](std::size_t i) {
            return Files{{"f" + digits(i), lines(20, 7, "by " + std::to_string(i))}};
          }};
  for (std::size_t i = 0; i < n + kMoreMax; ++i) out.base["f" + digits(i)] = lines(20, 20, "");
  return out;
}

// Each file is edited by two devices; the last devices stay away from them.
Way shared_in_folders(std::size_t n) {
  Way out{"pairs share files in folders", {}, [n](std::size_t i) {
            const std::size_t line = i >= n ? 7 : 4 + 10 * (i % 2);
            return Files{{in_folder(i >= n ? i : i / 2), lines(20, line, "by " + digits(i))}};
          }};
  for (std::size_t i = 0; i < n + kMoreMax; ++i) out.base[in_folder(i)] = lines(20, 20, "");
  return out;
}

Way one_file(std::size_t n) {
  return {"each a line of one file",
          {{"f", lines(4 * (n + kMoreMax), SIZE_MAX, "")}},
          [n](std::size_t i) {
            return Files{{"f", lines(4 * (n + kMoreMax), 4 * i + 1, "by " + std::to_string(i))}};
          }};
}

// A file that nearly all have edited, which the last devices leave alone.
Way one_file_and_another(std::size_t n) {
  return {"one file; the last others",
          {{"d/f", lines(4 * n, 4 * n, "")}, {"d/g", "g\n"}, {"e/h", "h\n"}},
          [n](std::size_t i) {
            if (i >= n) return Files{{"e/h" + digits(i), "other\n"}};
            return Files{{"d/f", lines(4 * n, 4 * i + 1, "by " + std::to_string(i))}};
          }};
}

class Bench {
 public:
  Bench(const repo::World& world, std::string folder) : world_(world), folder_(std::move(folder)) {
    open_.emplace(repo::init(world_, {folder_, "bench"}));
  }

  void run(const Way& way, std::size_t n, std::size_t more) {
    const Id base = commit(way.base, way.base, {});
    for (std::size_t i = 0; i < n + more; ++i)
      heads_.push_back(commit(way.base, way.edit(i), {base}));
    prepare();
    publish(0, n);
    const Took cold = fold();
    std::vector<Took> again;
    for (std::size_t i = n; i < n + more; ++i) {
      publish(i, i + 1);
      reopen();
      again.push_back(fold());
    }
    const Id folded = *tip().commit;
    forget();
    const Took anew = fold();
    std::sort(again.begin(), again.end());
    std::cout << way.name << ": cold " << cold.wall << " s, after one more " << again[more / 2].wall
              << " s (" << again[more / 2].used << " s used), that from nothing " << anew.wall
              << " s (" << anew.used << " s used)"
              << (*tip().commit == folded ? "" : " AND ANOTHER RESULT") << std::endl;
  }

 private:
  struct Took {
    double wall = 0;
    double used = 0;
    friend auto operator<=>(const Took&, const Took&) = default;
  };

  void reopen() {
    open_.reset();
    open_.emplace(world_, repo::Layout{folder_});
  }

  static void add(object::BlockWriter& blocks, std::vector<object::TreeEntry>& to,
                  const std::string& name, const std::string& text) {
    to.push_back(
        {name, object::Value::of(object::Mode::file, object::write_file(blocks, as_bytes(text)))});
  }

  Id tree(object::BlockWriter& blocks, const Files& files) {
    std::map<std::string, std::vector<object::TreeEntry>> folders;
    for (const auto& [path, text] : files) {
      const auto slash = path.find('/');
      if (slash == path.npos)
        add(blocks, folders[""], path, text);
      else
        add(blocks, folders[path.substr(0, slash)], path.substr(slash + 1), text);
    }
    auto root = std::move(folders[""]);
    folders.erase("");
    for (const auto& [name, entries] : folders) {
      const Id id = object::write_tree(blocks, entries);
      root.push_back({name, object::Value::of(object::Mode::folder, id)});
    }
    return object::write_tree(blocks, root);
  }

  Id commit(Files files, const Files& edit, const std::vector<Id>& parents) {
    for (const auto& [path, text] : edit) files[path] = text;
    if (!batch_) batch_.emplace(open_->store().begin());
    object::Commit commit;
    commit.tree = tree(*batch_, files);
    commit.parents = parents;
    commit.author = commit.committer = {"A", "a@example.org", {++time_, 0}};
    return batch_->write(object::Kind::commit, *object::encode_commit(commit));
  }

  // All devices are let in, and have seen the same.
  void prepare() {
    batch_->commit();
    batch_.reset();
    std::vector<log::SignedEntry> grants;
    for (std::size_t i = 0; i < heads_.size(); ++i) {
      keys_.push_back(crypto::SigningKey::generate(world_.random));
      const log::Grant grant{keys_[i].public_key(), "d" + digits(i), log::Right::write, {}, {}, {}};
      const log::Entry entry = log::next_entry(open_->view(), open_->device(), grant);
      grants.push_back(*log::sign(entry, open_->key()));
      repo::add_entries(*open_, {&grants.back(), 1});
    }
    for (std::size_t i = 0; i < heads_.size(); ++i) {
      const log::Publish publish{
          log::Branch{open_->id()}, log::Target{object::Kind::commit, heads_[i]}, {}, {}, {}};
      const auto entry = log::next_entry(open_->view(), keys_[i].public_key(), publish);
      publishes_.push_back(*log::sign(entry, keys_[i]));
    }
  }

  void publish(std::size_t from, std::size_t to) {
    repo::add_entries(*open_, {publishes_.data() + from, to - from});
    repo::absent_blocks(*open_, 1);
  }

  repo::Tip tip() { return repo::tip_of(*open_, {"main", open_->id()}); }

  Took fold() {
    const auto start = std::chrono::steady_clock::now();
    const auto begun = std::clock();
    const auto folded = tip();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    if (!folded.auto_merge || folded.incomplete) std::abort();
    return {took.count(), static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC};
  }

  // What earlier folds left.
  void forget() {
    auto batch = open_->store().begin();
    for (const auto& [key, value] : open_->store().list(repo::key::kFolds)) batch.erase(key);
    batch.commit();
    std::filesystem::remove(open_->layout().fold_parts());
    reopen();
  }

  repo::World world_;
  std::string folder_;
  std::optional<repo::Repository> open_;
  std::optional<store::Batch> batch_;
  std::vector<Id> heads_;
  std::vector<crypto::SigningKey> keys_;
  std::vector<log::SignedEntry> publishes_;
  std::int64_t time_ = 0;
};

}  // namespace

int main(int count, char** words) {
  if (count < 2) return 2;
  const std::string folder = std::filesystem::absolute(words[1]).string();
  const std::size_t n = count > 2 ? std::strtoull(words[2], nullptr, 10) : 1000;
  const std::size_t more = count > 3 ? std::strtoull(words[3], nullptr, 10) : 9;
  if (more == 0 || more > kMoreMax) return 2;
  if (!std::filesystem::create_directories(folder)) return 2;
  repo::World world = repo::process_world();
  world.folders = {folder + "/c", folder + "/d", folder + "/s", folder + "/k"};
  int number = 0;
  for (const Way& way : {own_file(n), shared_in_folders(n), one_file(n), one_file_and_another(n)})
    Bench(world, folder + "/r" + std::to_string(++number)).run(way, n, more);
  return 0;
}
