#include "hn/node/receipts.hpp"

#include <algorithm>

#include "hn/log/frontier.hpp"
#include "hn/net/sync_host.hpp"
#include "hn/repo/exchange.hpp"

namespace hn::node {
namespace {

Hash shown_frontier(const repo::Repository& repository) {
  return log::digest(log::frontier_of(repository.view()));
}

}  // namespace

void remember_receipt(repo::Repository& repository, const net::SyncReceipt& receipt,
                      std::int64_t when) {
  if (receipt.frontier != shown_frontier(repository)) return;
  const std::uint64_t own = own_entries(repository);
  const std::string name = repo::key::receipt(receipt.device);
  if (const auto bytes = repository.store().get(name)) {
    const auto last = repo::decode_receipt_record(*bytes);
    if (last && last->own == own && (own > 0 || last->frontier == receipt.frontier)) return;
  }
  store::Batch batch = repository.store().begin();
  batch.put(name, repo::encode(repo::ReceiptRecord{receipt.device, receipt.frontier, receipt.state,
                                                   receipt.signature, own, when}));
  batch.commit();
}

std::vector<repo::ReceiptRecord> receipts(const repo::Repository& repository) {
  std::vector<repo::ReceiptRecord> out;
  for (const auto& [name, bytes] : repository.store().list(repo::key::kReceipts)) {
    const auto record =
        repo::require(repo::decode_receipt_record(bytes), "reading what a device has signed");
    const bool counts =
        record.device != repository.device() && net::may_read(repository.view(), record.device);
    const net::SyncReceipt signed_word{record.device, record.frontier, record.state,
                                       record.signature};
    if (counts && net::verifies(signed_word, repository.id())) out.push_back(record);
  }
  std::ranges::sort(out, {}, &repo::ReceiptRecord::device);
  return out;
}

std::uint64_t own_entries(const repo::Repository& repository) {
  std::uint64_t most = 0;
  for (const log::EntryId& tip : repository.view().tips(repository.device()))
    most = std::max(most, repository.view().find(tip)->entry.seq + 1);
  return most;
}

bool covers_all(const repo::Repository& repository, const repo::ReceiptRecord& receipt) {
  const std::uint64_t own = own_entries(repository);
  return own > 0 ? receipt.own >= own : receipt.frontier == shown_frontier(repository);
}

}  // namespace hn::node
