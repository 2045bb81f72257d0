// The measure and the order of decisions are git's (diffcore-delta.c, diffcore-rename.c): a file is
// cut into its lines, and lines into 64 bytes; what both have in common is counted by the hashes of
// these pieces.
#include "hn/merge/renames.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "hn/base/lately.hpp"
#include "hn/merge/lines.hpp"
#include "hn/object/file.hpp"
#include "merge/file_merge.hpp"

namespace hn::merge {
namespace {

constexpr std::uint64_t kScoreMax = 60000;
constexpr std::uint32_t kPieceBytesMax = 64;
constexpr std::uint32_t kHashes = 107927;
constexpr std::size_t kEqualLookedAt = 100;
// Only the best so many candidates of each file compete.
constexpr std::size_t kCandidatesMax = 4;

// Bytes by the hash of the piece they are in, by hash.
struct Pieces {
  std::uint64_t bytes = 0;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> counts;
};

Pieces pieces_of(ByteView text) {
  const auto probe = text.first(std::min(text.size(), kBinaryProbeBytes));
  const bool is_text = std::ranges::find(probe, Byte{0}) == probe.end();
  Pieces out;
  out.bytes = text.size();
  std::uint32_t first = 0;
  std::uint32_t second = 0;
  std::uint32_t size = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const Byte c = text[i];
    if (is_text && c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    const std::uint32_t old = first;
    first = (first << 7U) ^ (second >> 25U);
    second = (second << 7U) ^ (old >> 25U);
    first += c;
    if (++size < kPieceBytesMax && c != '\n') continue;
    out.counts.emplace_back((first + second * 0x61U) % kHashes, size);
    first = second = size = 0;
  }
  std::ranges::sort(out.counts);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < out.counts.size(); ++i) {
    if (kept > 0 && out.counts[kept - 1].first == out.counts[i].first)
      out.counts[kept - 1].second += out.counts[i].second;
    else
      out.counts[kept++] = out.counts[i];
  }
  out.counts.resize(kept);
  return out;
}

std::uint64_t common_bytes(const Pieces& a, const Pieces& b) {
  std::uint64_t out = 0;
  for (auto i = a.counts.begin(), j = b.counts.begin();
       i != a.counts.end() && j != b.counts.end();) {
    if (i->first < j->first) {
      ++i;
    } else if (j->first < i->first) {
      ++j;
    } else {
      out += std::min(i++->second, j++->second);
    }
  }
  return out;
}

std::string_view last_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

// Files of which only the length was asked for have no pieces yet.
struct FilePieces::State {
  explicit State(std::size_t bytes_max) : sizes(bytes_max / 8), pieces(bytes_max) {}
  Lately<object::Id, std::uint64_t> sizes;
  Lately<object::Id, std::shared_ptr<const Pieces>> pieces;
};

FilePieces::FilePieces(std::size_t bytes_max) : state_(std::make_unique<State>(bytes_max)) {}
FilePieces::~FilePieces() = default;

class RenameFinder {
 public:
  RenameFinder(const object::BlockReader& reader, std::span<const NamedValue> gone,
               std::span<const NamedValue> come, const RenameOptions& options, FilePieces* known,
               std::span<const Source> stays = {})
      : reader_(reader),
        known_(known == nullptr ? nullptr : known->state_.get()),
        gone_(gone),
        come_(come),
        options_(options),
        score_min_(options.percent_min * kScoreMax / 100),
        gone_pieces_(gone.size()),
        come_pieces_(come.size()),
        gone_sizes_(gone.size()),
        come_sizes_(come.size()),
        used_(gone.size()),
        found_(come.size()),
        stays_(stays.begin(), stays.end()) {
    for (std::size_t i = 0; i < stays_.size(); ++i) used_[i] = stays_[i] == Source::gone ? 0 : 1;
  }

  // What kept a file from being read, other than that it is none.
  const std::optional<Error>& missing() const { return missing_; }

  std::vector<Rename> run() {
    equal_ones();
    if (score_min_ < kScoreMax) {
      if (!copies()) same_names();
      alike_ones();
    }
    std::vector<Rename> out;
    for (const auto& rename : found_) {
      if (rename) out.push_back(*rename);
    }
    return out;
  }

 private:
  void take(std::size_t from, std::size_t to, std::uint64_t score) {
    used_[from] = 1;
    found_[to] = Rename{from, to, static_cast<std::uint32_t>(score * 100 / kScoreMax)};
  }

  bool copies() const { return !stays_.empty(); }

  bool has_same_name(std::size_t from, std::size_t to) const {
    return last_name(gone_[from].path) == last_name(come_[to].path);
  }

  // Whether files of one id can be each other: the executable bit may differ.
  static bool is_same(const object::Value& a, const object::Value& b) {
    return a.bytes == b.bytes && a.size == b.size &&
           ((a.is_file() && b.is_file()) || a.mode == b.mode);
  }

  void equal_ones() {
    std::map<Hash, std::vector<std::size_t>> by_id;
    for (std::size_t i = 0; i < gone_.size(); ++i) by_id[gone_[i].value.bytes].push_back(i);
    for (std::size_t to = 0; to < come_.size(); ++to) {
      const auto at = by_id.find(come_[to].value.bytes);
      if (at == by_id.end()) continue;
      std::optional<std::size_t> best;
      const auto rank = [&](std::size_t from) {
        return (used_[from] == 0 ? 1 : 0) + (has_same_name(from, to) ? 1 : 0);
      };
      std::size_t left = kEqualLookedAt;
      for (const std::size_t from : at->second) {
        if (!is_same(gone_[from].value, come_[to].value) || (!copies() && used_[from] != 0))
          continue;
        if (!best || rank(from) > rank(*best)) best = from;
        if (rank(*best) == 2 || --left == 0) break;
      }
      if (best) take(*best, to, kScoreMax);
    }
  }

  // Where a name stands among those that are left; nothing where it stands there several times.
  using Places = std::map<std::string_view, std::optional<std::size_t>>;
  template <class IsLeft>
  static Places places_of(std::span<const NamedValue> files, IsLeft is_left) {
    Places out;
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (!is_left(i)) continue;
      const auto [at, is_new] = out.try_emplace(last_name(files[i].path), i);
      if (!is_new) at->second.reset();
    }
    return out;
  }

  void same_names() {
    const std::uint64_t enough = score_min_ + (kScoreMax - score_min_) / 2;
    const Places gone = places_of(gone_, [&](std::size_t i) { return used_[i] == 0; });
    const Places come = places_of(come_, [&](std::size_t i) { return !found_[i]; });
    for (const auto& [name, from] : gone) {
      const auto at = come.find(name);
      if (!from || !is_wanted(*from) || at == come.end() || !at->second) continue;
      if (const std::uint64_t score = score_of(*from, *at->second, enough); score >= enough)
        take(*from, *at->second, score);
    }
  }

  struct Candidate {
    std::uint64_t score = 0;
    bool same_name = false;
    std::size_t from = 0;
    std::size_t to = 0;
    bool is_better_than(const Candidate& other) const {
      return score != other.score ? score > other.score : same_name && !other.same_name;
    }
  };

  // A better one takes the place of the worst.
  static void keep(std::vector<Candidate>& best, const Candidate& candidate) {
    if (best.size() < kCandidatesMax) {
      best.push_back(candidate);
      return;
    }
    std::size_t worst = 0;
    for (std::size_t i = 1; i < best.size(); ++i) {
      if (best[worst].is_better_than(best[i])) worst = i;
    }
    if (candidate.is_better_than(best[worst])) best[worst] = candidate;
  }

  void alike_ones() {
    const auto open = static_cast<std::uint64_t>(
        std::ranges::count_if(found_, [](const auto& rename) { return !rename; }));
    if (open == 0) return;
    std::vector<std::size_t> sources = sources_left(false);
    // As git does: what did not change is left out before all is.
    if (sources.size() > options_.pairs_max / open) sources = sources_left(true);
    if (sources.empty() || sources.size() > options_.pairs_max / open) return;
    std::vector<Candidate> all;
    for (std::size_t to = 0; to < come_.size(); ++to) {
      if (found_[to]) continue;
      std::vector<Candidate> best;
      for (const std::size_t from : sources) {
        keep(best, {score_of(from, to, score_min_), has_same_name(from, to), from, to});
      }
      all.insert(all.end(), best.begin(), best.end());
    }
    std::ranges::stable_sort(
        all, [](const Candidate& a, const Candidate& b) { return a.is_better_than(b); });
    take_best(all, false);
    if (copies()) take_best(all, true);
  }

  std::vector<std::size_t> sources_left(bool changed_only) const {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < gone_.size(); ++i) {
      const bool passed_over = changed_only && copies() && stays_[i] == Source::unchanged;
      if ((copies() || used_[i] == 0) && is_wanted(i) && !passed_over) out.push_back(i);
    }
    return out;
  }

  void take_best(const std::vector<Candidate>& all, bool used_too) {
    for (const Candidate& candidate : all) {
      if (candidate.score < score_min_) break;
      if (!found_[candidate.to] && (used_too || used_[candidate.from] == 0))
        take(candidate.from, candidate.to, candidate.score);
    }
  }

  // 0 where it is less than `enough` for certain.
  std::uint64_t score_of(std::size_t from, std::size_t to, std::uint64_t enough) {
    const object::Value& a = gone_[from].value;
    const object::Value& b = come_[to].value;
    if (!a.is_file() || !b.is_file()) return 0;
    const auto& size_a = size(gone_sizes_[from], a);
    const auto& size_b = size(come_sizes_[to], b);
    if (!size_a || !size_b) return note(size_a ? size_b.error() : size_a.error());
    const std::uint64_t most = std::max(*size_a, *size_b);
    const std::uint64_t least = std::min(*size_a, *size_b);
    if (most == 0 || most > options_.bytes_max ||
        most * (kScoreMax - enough) < (most - least) * kScoreMax)
      return 0;
    const Pieces* pieces_a = pieces(gone_pieces_[from], a);
    const Pieces* pieces_b = pieces(come_pieces_[to], b);
    if (pieces_a == nullptr || pieces_b == nullptr) return 0;
    return common_bytes(*pieces_a, *pieces_b) * kScoreMax / most;
  }

  const Result<std::uint64_t>& size(std::optional<Result<std::uint64_t>>& slot,
                                    const object::Value& value) {
    if (slot) return *slot;
    const std::uint64_t* const known = known_ == nullptr ? nullptr : known_->sizes.find(value.id());
    slot =
        known != nullptr ? Result<std::uint64_t>(*known) : object::file_size(reader_, value.id());
    if (known_ != nullptr && known == nullptr && *slot)
      known_->sizes.keep(value.id(), **slot, kSizeBytes);
    return *slot;
  }

  std::uint64_t note(const Error& error) {
    if (!missing_ && !is_unmergeable(error)) missing_ = error;
    return 0;
  }

  bool is_wanted(std::size_t from) const {
    return options_.wanted.empty() || options_.wanted[from] != 0;
  }

  using PiecesPtr = std::shared_ptr<const Pieces>;
  const Pieces* pieces(PiecesPtr& slot, const object::Value& value) {
    if (slot) return slot.get();
    if (known_ != nullptr) {
      if (const PiecesPtr* known = known_->pieces.find(value.id())) slot = *known;
    }
    if (slot) return slot.get();
    const auto bytes = object::read_file(reader_, value.id(), options_.bytes_max);
    if (!bytes) {
      note(bytes.error());
      return nullptr;
    }
    slot = std::make_shared<const Pieces>(pieces_of(*bytes));
    if (known_ != nullptr)
      known_->pieces.keep(value.id(), slot, kSizeBytes + slot->counts.size() * kPieceBytes);
    return slot.get();
  }

  static constexpr std::size_t kSizeBytes = 128;  // what a file costs beside its pieces
  static constexpr std::size_t kPieceBytes = 8;

  const object::BlockReader& reader_;
  FilePieces::State* known_;
  std::span<const NamedValue> gone_;
  std::span<const NamedValue> come_;
  RenameOptions options_;
  std::uint64_t score_min_;
  std::vector<PiecesPtr> gone_pieces_;
  std::vector<PiecesPtr> come_pieces_;
  std::vector<std::optional<Result<std::uint64_t>>> gone_sizes_;
  std::vector<std::optional<Result<std::uint64_t>>> come_sizes_;
  std::vector<char> used_;
  std::vector<std::optional<Rename>> found_;
  std::vector<Source> stays_;  // where copies are looked for
  std::optional<Error> missing_;
};

std::vector<Rename> find_renames(const object::BlockReader& reader,
                                 std::span<const NamedValue> gone, std::span<const NamedValue> come,
                                 const RenameOptions& options) {
  return RenameFinder(reader, gone, come, options, nullptr).run();
}

std::vector<Rename> find_copies(const object::BlockReader& reader, std::span<const NamedValue> from,
                                std::span<const Source> stays, std::span<const NamedValue> come,
                                const RenameOptions& options) {
  return RenameFinder(reader, from, come, options, nullptr, stays).run();
}

Result<std::vector<Rename>> require_renames(const object::BlockReader& reader,
                                            std::span<const NamedValue> gone,
                                            std::span<const NamedValue> come,
                                            const RenameOptions& options, FilePieces* known) {
  RenameFinder finder(reader, gone, come, options, known);
  auto found = finder.run();
  if (finder.missing()) return fail(*finder.missing());
  return found;
}

}  // namespace hn::merge
