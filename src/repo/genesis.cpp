#include "repo/genesis.hpp"

#include "hn/base/error.hpp"
#include "hn/merge/fold.hpp"
#include "hn/object/cut.hpp"

namespace hn::repo {
namespace {

// The average that the borders of folder nodes aim at (hn-objects(5), CUTTING TREES).
constexpr std::uint32_t kTreeBytesMiddle = 4 * 1024;

std::string text_of(const log::Cutter& cutter) {
  return std::to_string(cutter.least) + "/" + std::to_string(cutter.middle) + "/" +
         std::to_string(cutter.greatest);
}

[[noreturn]] void lacks(const std::string& what) {
  throw Failure(Code::unsupported, "this repository is founded on " + what, "use a newer hn");
}

}  // namespace

log::Genesis genesis_of_this_version() {
  log::Genesis out;
  out.merge_algorithm = merge::kAlgorithm;
  out.files = {object::kChunkBytesMin, object::kChunkBytesTarget, object::kChunkBytesMax};
  out.folders = {object::kTreeBytesMin, kTreeBytesMiddle, object::kTreeBytesMax};
  return out;
}

void require_spoken(const log::Genesis& genesis) {
  const log::Genesis ours = genesis_of_this_version();
  if (genesis.merge_algorithm != ours.merge_algorithm) {
    lacks("merge algorithm " + std::to_string(genesis.merge_algorithm) + "; this version has " +
          std::to_string(ours.merge_algorithm));
  }
  if (genesis.files != ours.files) lacks("a file cutter of " + text_of(genesis.files));
  if (genesis.folders != ours.folders) lacks("a folder cutter of " + text_of(genesis.folders));
  if (genesis.visibility == log::Visibility::sealed) lacks("sealed blocks");
}

void require_spoken(const log::SignedEntry& entry) {
  if (const auto* genesis = std::get_if<log::Genesis>(&entry.entry.payload))
    require_spoken(*genesis);
}

}  // namespace hn::repo
