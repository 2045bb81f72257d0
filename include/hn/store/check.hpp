#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hn/object/block.hpp"

namespace hn::store {

// What a check of the store found wrong.
struct Finding {
  // damaged: bytes are not what was written. invalid: they are, and break a rule (a block whose id
  // is not that of its bytes). absent: a block is here whose base is not.
  Code code = Code::damaged;
  const char* rule = "";
  std::string file;                        // name within the store's folder
  std::uint64_t offset = 0;                // of the record in the file
  std::optional<object::Address> address;  // where the record still says it
};

struct CheckSummary {
  std::uint64_t packs = 0;
  std::uint64_t blocks = 0;  // records, copies counted
  std::uint64_t plain_bytes = 0;
  std::uint64_t stored_bytes = 0;
  std::uint64_t entries = 0;
  std::uint64_t operations = 0;
  std::uint64_t findings = 0;
  std::vector<object::Address> commits;  // sound ones, sorted, each once
};

}  // namespace hn::store
