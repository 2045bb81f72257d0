// Format: hn-store(5), HISTORY INDEX.
//
// Layers of growing size, as in git's split commit-graph (git, commit-graph.c; factor 2): what is
// new makes a small layer, which swallows those on top of which it comes that are not at least
// twice as large. Each commit is so rewritten once for each doubling of the history. Rejected: one
// file to which is appended, which cannot be searched without a table beside it, and in which a
// torn tail is in the way of the next writer, since others may have mapped it.
#include "hn/store/history_index.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "hn/base/codec.hpp"
#include "hn/base/error.hpp"
#include "hn/os/lock.hpp"
#include "store/history_layer.hpp"

namespace hn::store {
namespace {

// Another process may replace the chain and remove a layer between our looks at the two.
constexpr int kOpenAttempts = 3;
constexpr std::size_t kNameAt = 80;  // in a layer: its own name
// A layer is made in memory, at some 700 bytes a commit.
constexpr std::size_t kLayerFull = std::size_t{1} << 17;

struct Layer {
  std::unique_ptr<os::Mapping> mapping;
  LayerView view;
};

struct Loaded {
  std::vector<Layer> layers;
  bool damaged = false;  // there is something that is not believed
};

std::string layer_file(std::uint64_t name) {
  Encoder bytes;
  for (unsigned i = 0; i < 8; ++i) bytes.u8(static_cast<std::uint8_t>(name >> (56 - 8 * i)));
  return hn::to_hex(bytes.bytes()) + ".layer";
}

std::uint32_t rows_of(const std::vector<Layer>& layers) {
  return layers.empty() ? 0 : layers.back().view.rows_below() + layers.back().view.size();
}

// The layers up to the first that is missing, damaged or of another chain.
Loaded load_once(os::FileSystem& fs, const std::string& folder, const Hash& repository,
                 bool& missing) {
  Loaded out;
  if (!fs.stat(folder + "/chain")) return out;
  const auto names = decode_chain(os::read_file(fs, folder + "/chain"), repository);
  out.damaged = !names;
  if (!names) return out;
  for (const std::uint64_t name : *names) {
    out.damaged = true;
    const std::string path = folder + "/" + layer_file(name);
    missing = !fs.stat(path);
    if (missing) return out;
    const auto file = fs.open(path, os::Access::read);
    auto mapping = file->map(file->stat().size);
    auto view = LayerView::open(mapping->bytes(), repository);
    const std::uint64_t below = out.layers.empty() ? 0 : out.layers.back().view.name();
    if (!view || view->name() != name || view->below() != below ||
        view->rows_below() != rows_of(out.layers))
      return out;
    out.layers.push_back({std::move(mapping), std::move(view).value()});
    out.damaged = false;
  }
  return out;
}

Loaded load(os::FileSystem& fs, const std::string& folder, const Hash& repository) {
  for (int attempt = 1;; ++attempt) {
    bool missing = false;
    try {
      Loaded out = load_once(fs, folder, repository, missing);
      if (!missing || attempt == kOpenAttempts) return out;
    } catch (const Failure& failure) {
      // Removed after we saw it, or not to be read: as if it were not there.
      if (failure.code() != Code::not_found || attempt == kOpenAttempts) return {};
    }
  }
}

const LayerView* layer_of(const std::vector<Layer>& layers, std::uint32_t row) {
  for (const Layer& layer : layers)
    if (layer.view.holds(row)) return &layer.view;
  return nullptr;
}

std::optional<std::uint32_t> find_row(const std::vector<Layer>& layers, const object::Id& commit) {
  for (const Layer& layer : layers)
    if (const auto row = layer.view.find(commit)) return row;
  return std::nullopt;
}

std::optional<TagFacts> find_tag_in(const std::vector<Layer>& layers, const object::Id& id) {
  for (const Layer& layer : layers)
    if (const auto tag = layer.view.find_tag(id)) return TagFacts{tag->id, tag->git};
  return std::nullopt;
}

// Walks by generation rely on it, so it is not taken on trust.
bool stands_above(const std::vector<Layer>& layers, std::uint32_t row,
                  const std::vector<std::uint32_t>& parents) {
  std::uint32_t greatest = 0;
  for (const std::uint32_t parent : parents)
    greatest = std::max(greatest, layer_of(layers, parent)->generation(parent).value_or(0));
  const LayerView* layer = layer_of(layers, row);
  return layer->generation(row) == greatest + 1 || (layer->spoil(), false);
}

std::optional<CommitFacts> facts_at(const std::vector<Layer>& layers, std::uint32_t row) {
  const LayerView* layer = layer_of(layers, row);
  const auto commit = layer != nullptr ? layer->commit(row) : std::nullopt;
  if (!commit) return std::nullopt;
  CommitFacts facts{commit->id, commit->generation, {}, commit->tree, commit->time, commit->git};
  for (const std::uint32_t parent : commit->parents) {
    const auto id = layer_of(layers, parent)->id(parent);
    if (!id) return std::nullopt;
    facts.parents.push_back(*id);
  }
  if (!stands_above(layers, row, commit->parents)) return std::nullopt;
  return facts;
}

bool is_sound_whole(const std::vector<Layer>& layers) {
  if (!std::ranges::all_of(layers, [](const Layer& layer) { return layer.view.is_sound(); }))
    return false;
  for (std::uint32_t row = 0; row < rows_of(layers); ++row)
    if (!facts_at(layers, row)) return false;
  return true;
}

std::vector<TagFacts> tags_of(const LayerView& layer) {
  std::vector<TagFacts> out;
  for (std::uint32_t i = 0; i < layer.tag_count(); ++i)
    if (const auto tag = layer.tag(i)) out.push_back({tag->id, tag->git});
  return out;
}

std::optional<object::Id> tree_at(const std::vector<Layer>& layers, std::uint32_t row) {
  const LayerView* layer = layer_of(layers, row);
  return layer != nullptr ? layer->tree(row) : std::nullopt;
}

// nullopt where a parent's is not known.
template <class TreeOf>
std::optional<CommitTrees> trees_of(const LayerCommit& commit, const TreeOf& tree_of) {
  CommitTrees out{commit.tree, {}, {}};
  if (!commit.parents.empty() && !(out.first = tree_of(commit.parents[0]))) return std::nullopt;
  if (commit.parents.size() > 1 && !(out.second = tree_of(commit.parents[1]))) return std::nullopt;
  return out;
}

using Filters = std::unordered_map<object::Id, Bytes>;

// Of the rows that have none, where one can be made.
Filters missing_filters(const std::vector<Layer>& layers, const object::BlockReader& reader) {
  std::vector<object::Id> commits;
  std::vector<CommitTrees> trees;
  for (const Layer& layer : layers) {
    const LayerView& view = layer.view;
    for (std::uint32_t i = 0; i < view.size(); ++i) {
      const std::uint32_t row = view.rows_below() + i;
      if (!view.filter(row).empty()) continue;
      const auto commit = view.commit(row);
      if (!commit) break;
      const auto its =
          trees_of(*commit, [&](std::uint32_t parent) { return tree_at(layers, parent); });
      if (!its) continue;
      commits.push_back(commit->id);
      trees.push_back(*its);
    }
  }
  std::vector<Bytes> made = path_filters(reader, trees);
  Filters out;
  for (std::size_t i = 0; i < made.size(); ++i)
    if (!made[i].empty()) out.emplace(commits[i], std::move(made[i]));
  return out;
}

// A layer as it is, to be written on another one of as many rows; nothing where it is damaged.
std::optional<LayerParts> parts_of(const LayerView& view, const Hash& repository,
                                   std::uint64_t below) {
  LayerParts out;
  out.repository = repository;
  out.below = below;
  out.rows_below = view.rows_below();
  for (std::uint32_t i = 0; i < view.size(); ++i) {
    const std::uint32_t row = view.rows_below() + i;
    auto commit = view.commit(row);
    if (!commit) return std::nullopt;
    out.commits.push_back(std::move(*commit));
    out.notes.push_back({to_bytes(view.filter(row)), std::string(view.subject(row))});
  }
  for (std::uint32_t i = 0; i < view.tag_count(); ++i)
    if (auto tag = view.tag(i)) out.tags.push_back(std::move(*tag));
  return view.is_damaged() ? std::nullopt : std::optional(std::move(out));
}

// How many commits came to one.
std::size_t take_filters(LayerParts& parts, Filters& filters) {
  std::size_t taken = 0;
  for (std::size_t i = 0; i < parts.commits.size(); ++i) {
    const auto made = filters.find(parts.commits[i].id);
    if (made == filters.end() || !parts.notes[i].filter.empty()) continue;
    parts.notes[i].filter = std::move(made->second);
    ++taken;
  }
  return taken;
}

// What the next layer is made of.
class Building {
 public:
  Building(std::vector<Layer>& layers, const object::BlockReader* reader)
      : layers_(layers), reader_(reader) {}

  void take(std::vector<CommitFacts> commits, std::vector<TagFacts> tags,
            const Subjects& subjects) {
    for (const auto& [id, subject] : subjects) {
      if (subject.size() <= kSubjectBytesMax) notes_[id].subject = subject;
    }
    std::erase_if(commits, [&](const CommitFacts& c) { return find_row(layers_, c.id); });
    std::erase_if(tags, [&](const TagFacts& t) { return find_tag_in(layers_, t.id); });
    commits_ = std::move(commits);
    tags_ = std::move(tags);
  }

  bool empty() const { return commits_.empty() && tags_.empty(); }

  void swallow_small_layers() {
    const auto size_of = [](const LayerView& v) { return std::size_t{v.size()} + v.tag_count(); };
    while (!layers_.empty() &&
           size_of(layers_.back().view) < 2 * (commits_.size() + tags_.size()) &&
           (size_of(layers_.back().view) < kLayerFull || layers_.size() >= kLayersMax / 2))
      swallow_top();
  }

  LayerParts parts(const Hash& repository) {
    LayerParts out;
    out.repository = repository;
    out.below = layers_.empty() ? 0 : layers_.back().view.name();
    out.rows_below = rows_of(layers_);
    std::ranges::sort(commits_, {},
                      [](const CommitFacts& c) { return std::pair(c.generation, c.id); });
    for (const CommitFacts& facts : commits_) add(facts, out);
    if (reader_ != nullptr) complete_filters(out);
    std::ranges::sort(tags_);
    for (const TagFacts& tag : tags_) {
      if (out.tags.empty() || out.tags.back().id != tag.id) out.tags.push_back({tag.id, tag.git});
    }
    return out;
  }

 private:
  // One that turns out damaged is lost, and with it what stands on it.
  void swallow_top() {
    const LayerView& top = layers_.back().view;
    std::vector<CommitFacts> commits;
    for (std::uint32_t i = 0; i < top.size(); ++i) {
      auto facts = facts_at(layers_, top.rows_below() + i);
      if (!facts) break;
      const std::uint32_t row = top.rows_below() + i;
      notes_.insert_or_assign(facts->id,
                              LayerNote{to_bytes(top.filter(row)), std::string(top.subject(row))});
      commits.push_back(std::move(*facts));
    }
    const std::vector<TagFacts> tags = tags_of(top);
    if (!top.is_damaged()) {
      std::ranges::move(commits, std::back_inserter(commits_));
      tags_.insert(tags_.end(), tags.begin(), tags.end());
    }
    layers_.pop_back();
  }

  // Parents were added before, as their generation is less.
  void add(const CommitFacts& facts, LayerParts& out) {
    const std::uint64_t row = std::uint64_t{out.rows_below} + out.commits.size();
    if (row >= kRowsMax || facts.generation == 0 || facts.generation > UINT32_MAX) return;
    LayerCommit commit{facts.id,   static_cast<std::uint32_t>(facts.generation),
                       {},         facts.tree,
                       facts.time, facts.git};
    for (const object::Id& parent : facts.parents) {
      const auto at = rows_.find(parent);
      const auto found = at != rows_.end() ? std::optional(at->second) : find_row(layers_, parent);
      if (!found) return;
      commit.parents.push_back(*found);
    }
    if (!rows_.try_emplace(facts.id, static_cast<std::uint32_t>(row)).second) return;
    out.commits.push_back(std::move(commit));
    out.notes.push_back(std::move(notes_[facts.id]));
  }

  void complete_filters(LayerParts& parts) const {
    std::vector<CommitTrees> trees;
    std::vector<Bytes*> waiting;
    const auto tree_of = [&](std::uint32_t row) {
      return row < parts.rows_below ? tree_at(layers_, row)
                                    : std::optional(parts.commits[row - parts.rows_below].tree);
    };
    for (std::size_t i = 0; i < parts.commits.size(); ++i) {
      if (!parts.notes[i].filter.empty()) continue;
      const auto its = trees_of(parts.commits[i], tree_of);
      if (!its) continue;
      trees.push_back(*its);
      waiting.push_back(&parts.notes[i].filter);
    }
    std::vector<Bytes> made = path_filters(*reader_, trees);
    for (std::size_t i = 0; i < made.size(); ++i) *waiting[i] = std::move(made[i]);
  }

  std::vector<Layer>& layers_;
  const object::BlockReader* reader_;
  std::vector<CommitFacts> commits_;
  std::unordered_map<object::Id, LayerNote> notes_;
  std::vector<TagFacts> tags_;
  std::unordered_map<object::Id, std::uint32_t> rows_;
};

// Not synced: a power cut may leave anything under the name, which the next reader does not
// believe.
void put_file(os::FileSystem& fs, const std::string& folder, const std::string& name,
              ByteView bytes) {
  const std::string beside = folder + "/" + (name == "chain" ? "chain.new" : "layer.new");
  {
    const auto file = fs.open(beside, os::Access::create);
    file->truncate(0);
    file->write_at(0, bytes);
  }
  fs.rename(beside, folder + "/" + name);
}

void remove_layers_but(os::FileSystem& fs, const std::string& folder,
                       const std::set<std::string>& kept) {
  for (const std::string& name : fs.list(folder))
    if (name.ends_with(".layer") && !kept.contains(name)) fs.remove(folder + "/" + name);
}

}  // namespace

struct HistoryIndex::State {
  os::FileSystem& fs;
  std::string folder;
  Hash repository;
  std::optional<Loaded> opened;

  const std::vector<Layer>& layers() {
    if (!opened) opened = load(fs, folder, repository);
    return opened->layers;
  }

  bool is_damaged() {
    const auto& all = layers();
    return opened->damaged ||
           std::ranges::any_of(all, [](const Layer& layer) { return layer.view.is_damaged(); });
  }

  void write(std::vector<CommitFacts> commits, std::vector<TagFacts> tags,
             const object::BlockReader* reader, const Subjects& subjects) {
    fs.make_folder(folder);
    const auto lock = os::Lock::try_now(fs, folder + "/lock");
    if (!lock) return;
    Loaded disk = load(fs, folder, repository);
    const bool suspect = is_damaged() || disk.damaged;
    const std::size_t before = disk.layers.size();
    while (suspect && !is_sound_whole(disk.layers)) disk.layers.pop_back();
    Building building(disk.layers, reader);
    building.take(std::move(commits), std::move(tags), subjects);
    if (building.empty() && !disk.damaged && disk.layers.size() == before) return;
    if (!building.empty()) building.swallow_small_layers();
    show(building.parts(repository), disk.layers);
  }

  void write_filters(const object::BlockReader& reader) {
    if (!fs.stat(folder)) return;
    const auto making = os::Lock::try_now(fs, folder + "/filters");
    if (!making) return;
    const Loaded seen = load(fs, folder, repository);
    if (seen.damaged) return;
    Filters filters = missing_filters(seen.layers, reader);
    if (filters.empty()) return;
    // Others have written, or removed it all, meanwhile.
    const auto lock = os::Lock::wait(fs, folder + "/lock");
    Loaded disk = load(fs, folder, repository);
    if (disk.damaged) return;
    put_filters(disk.layers, filters);
  }

  // A layer at a time, and those above it on what it has become. Rows keep their numbers.
  void put_filters(const std::vector<Layer>& layers, Filters& filters) {
    std::vector<std::uint64_t> names;
    bool is_new = false;
    for (const Layer& layer : layers) {
      const std::uint64_t below = names.empty() ? 0 : names.back();
      names.push_back(layer.view.name());
      if (!is_new && layer.view.unfiltered() == 0) continue;
      auto parts = parts_of(layer.view, repository, below);
      if (!parts) return;
      if (take_filters(*parts, filters) == 0 && !is_new) continue;
      names.back() = put_layer(*parts);
      is_new = true;
    }
    if (is_new) show(names);
  }

  void show(const LayerParts& parts, const std::vector<Layer>& below) {
    std::vector<std::uint64_t> names;
    names.reserve(below.size() + 1);
    for (const Layer& layer : below) names.push_back(layer.view.name());
    if (!parts.commits.empty() || !parts.tags.empty()) names.push_back(put_layer(parts));
    show(names);
  }

  // Its name.
  std::uint64_t put_layer(const LayerParts& parts) {
    const Bytes bytes = encode_layer(parts);
    const std::uint64_t name = Decoder(ByteView(bytes).subspan(kNameAt)).u64();
    put_file(fs, folder, layer_file(name), bytes);
    return name;
  }

  void show(const std::vector<std::uint64_t>& names) {
    put_file(fs, folder, "chain", encode_chain(repository, names));
    std::set<std::string> kept;
    for (const std::uint64_t name : names) kept.insert(layer_file(name));
    remove_layers_but(fs, folder, kept);
  }
};

HistoryIndex::HistoryIndex(os::FileSystem& fs, const std::string& store_folder,
                           const Hash& repository)
    : state_(std::make_unique<State>(State{fs, store_folder + "/history", repository, {}})) {}
HistoryIndex::~HistoryIndex() = default;
HistoryIndex::HistoryIndex(HistoryIndex&&) noexcept = default;

std::uint32_t HistoryIndex::size() const {
  return rows_of(state_->layers());
}

std::optional<std::uint32_t> HistoryIndex::row_of(const object::Id& commit) const {
  return find_row(state_->layers(), commit);
}

std::optional<CommitFacts> HistoryIndex::at(std::uint32_t row) const {
  return facts_at(state_->layers(), row);
}

std::optional<CommitFacts> HistoryIndex::find(const object::Id& commit) const {
  const auto row = row_of(commit);
  return row ? at(*row) : std::nullopt;
}

bool HistoryIndex::parent_rows(std::uint32_t row, std::vector<std::uint32_t>& out) const {
  const auto& layers = state_->layers();
  const LayerView* layer = layer_of(layers, row);
  return layer != nullptr && layer->parents(row, out) && stands_above(layers, row, out);
}

std::optional<TagFacts> HistoryIndex::find_tag(const object::Id& tag) const {
  return find_tag_in(state_->layers(), tag);
}

std::vector<TagFacts> HistoryIndex::tags() const {
  std::vector<TagFacts> out;
  for (const Layer& layer : state_->layers()) {
    const std::vector<TagFacts> some = tags_of(layer.view);
    out.insert(out.end(), some.begin(), some.end());
  }
  return out;
}

std::vector<GitNamed> HistoryIndex::find_git(std::string_view hex_prefix, std::size_t max) const {
  std::vector<GitNamed> out;
  for (const Layer& layer : state_->layers()) {
    std::vector<LayerGit> found;
    layer.view.find_git(hex_prefix, max, found);
    for (const LayerGit& led : found) {
      const auto tag = led.tag ? layer.view.tag(led.place) : std::nullopt;
      const auto id =
          led.tag ? (tag ? std::optional(tag->id) : std::nullopt) : layer.view.id(led.place);
      if (id) out.push_back({led.git, led.tag ? object::Kind::tag : object::Kind::commit, *id});
    }
  }
  std::ranges::sort(out);
  if (out.size() > max) out.resize(max);
  return out;
}

bool HistoryIndex::is_damaged() const {
  return state_->is_damaged();
}

bool HistoryIndex::is_sound() const {
  return is_sound_whole(state_->layers()) && !state_->opened->damaged;
}

std::uint32_t HistoryIndex::generation_of(std::uint32_t row) const {
  const LayerView* layer = layer_of(state_->layers(), row);
  return layer != nullptr ? layer->generation(row).value_or(0) : 0;
}

std::int64_t HistoryIndex::time_of(std::uint32_t row) const {
  const LayerView* layer = layer_of(state_->layers(), row);
  return layer != nullptr ? layer->time(row).value_or(0) : 0;
}

std::optional<object::Id> HistoryIndex::id_of(std::uint32_t row) const {
  const LayerView* layer = layer_of(state_->layers(), row);
  return layer != nullptr ? layer->id(row) : std::nullopt;
}

std::optional<object::Id> HistoryIndex::tree_of(std::uint32_t row) const {
  return tree_at(state_->layers(), row);
}

Changed HistoryIndex::changed_by(std::uint32_t row, const PathKey& key, std::size_t parent) const {
  const LayerView* layer = layer_of(state_->layers(), row);
  return layer != nullptr ? store::changed_by(layer->filter(row), key, parent) : Changed::not_known;
}

std::string_view HistoryIndex::subject_of(std::uint32_t row) const {
  const LayerView* layer = layer_of(state_->layers(), row);
  return layer != nullptr ? layer->subject(row) : std::string_view();
}

Bytes HistoryIndex::filter_of(std::uint32_t row) const {
  const LayerView* layer = layer_of(state_->layers(), row);
  return layer != nullptr ? to_bytes(layer->filter(row)) : Bytes();
}

void HistoryIndex::add(std::vector<CommitFacts> commits, std::vector<TagFacts> tags,
                       const object::BlockReader* reader, const Subjects& subjects) const {
  try {
    state_->write(std::move(commits), std::move(tags), reader, subjects);
  } catch (const Failure&) {
    // A folder that cannot be written, or a full disk: the next command reads the blocks again.
  }
}

void HistoryIndex::add_filters(const object::BlockReader& reader) const {
  try {
    state_->write_filters(reader);
  } catch (const Failure&) {
    // As above.
  }
}

void HistoryIndex::look_again() const {
  state_->opened.reset();
}

void HistoryIndex::discard() const {
  try {
    if (!state_->fs.stat(state_->folder)) return;
    const auto lock = os::Lock::wait(state_->fs, state_->folder + "/lock");
    if (state_->fs.stat(state_->folder + "/chain")) state_->fs.remove(state_->folder + "/chain");
    remove_layers_but(state_->fs, state_->folder, {});
  } catch (const Failure&) {
    // Where it cannot be removed it cannot be written either.
  }
}

}  // namespace hn::store
