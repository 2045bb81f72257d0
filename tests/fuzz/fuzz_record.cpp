// layer: repo
#include "hn/base/assert.hpp"
#include "hn/repo/record.hpp"

namespace {

template <class Record>
int check(hn::Result<Record> (*decode)(hn::ByteView), hn::ByteView bytes) {
  const auto record = decode(bytes);
  if (record) HN_ASSERT(hn::equal(hn::repo::encode(*record), bytes));
  return 0;
}

}  // namespace

// The first byte chooses one of the decoders of hn-repository(5).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hn::repo;
  if (size == 0) return 0;
  const hn::ByteView bytes(data + 1, size - 1);
  switch (data[0] % 13) {
    case 0:
      return check(decode_store_record, bytes);
    case 1:
      return check(decode_worktree_record, bytes);
    case 2:
      return check(decode_draft, bytes);
    case 3:
      return check(decode_peer_record, bytes);
    case 4:
      return check(decode_invitation_record, bytes);
    case 5:
      return check(decode_operation_record, bytes);
    case 6:
      return check(decode_fold_record, bytes);
    case 7:
      return check(decode_import_record, bytes);
    case 8:
      return check(decode_tracked_record, bytes);
    case 9:
      return check(decode_given_up_record, bytes);
    case 12:
      return check(decode_traffic_record, bytes);
    case 11:
      return check(decode_receipt_record, bytes);
    default:
      return check(decode_collected_record, bytes);
  }
}
