#pragma once

#include "hn/net/sync_event.hpp"
#include "hn/repo/record.hpp"
#include "hn/repo/repository.hpp"

// What other devices have signed to hold of a repository (hn-sync(7), RECEIPTS), as this store
// remembers it. Forgettable: whoever is met again signs again.
namespace hn::node {

// Keeps a receipt that was verified, where it says more than the last one of its device. It counts
// for what the view holds, and only while that is what was signed. One small transaction.
void remember_receipt(repo::Repository& repository, const net::SyncReceipt& receipt,
                      std::int64_t when);

// The last one of each device but this one that may still read, by device; those that their device
// did not sign are left out.
std::vector<repo::ReceiptRecord> receipts(const repo::Repository& repository);

// How many entries this device has signed.
std::uint64_t own_entries(const repo::Repository& repository);

// Whether all that this device has signed is covered; where it has signed nothing, all that is
// here.
bool covers_all(const repo::Repository& repository, const repo::ReceiptRecord& receipt);

}  // namespace hn::node
