// layer: node
#include <algorithm>

#include "hn/base/assert.hpp"
#include "hn/base/bytes.hpp"
#include "hn/node/tree_changes.hpp"
#include "hn/worktree/name.hpp"

// Any bytes are an answer, a question, or none; what is one is written as it is read, and its paths
// lead nowhere but into the tree.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hn;
  const std::string text(as_text(ByteView(data, size)));
  if (const auto answer = node::decode_answer(text)) {
    HN_ASSERT(node::decode_answer(node::encode_answer(answer)) == answer);
    const std::vector<std::string> none;
    const auto& paths = answer->changed ? *answer->changed : none;
    HN_ASSERT(std::ranges::is_sorted(paths, worktree::path_less));
    for (const std::string& path : paths)
      HN_ASSERT(!path.starts_with('/') && ("/" + path + "/").find("/../") == std::string::npos);
  }
  if (const auto question = node::decode_question(text)) {
    const auto line = node::encode_question(*question);
    HN_ASSERT(line && node::decode_question(*line) == question);
  }
  return 0;
}
