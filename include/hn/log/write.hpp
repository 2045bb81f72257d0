#pragma once

#include "hn/log/view.hpp"

// Making new entries.
namespace hn::log {

// The entry that founds a repository; signed by the first founder.
Entry genesis_entry(Genesis genesis);

// The next entry of a device over all that the view holds: its chain's tip (of several the first
// in log order), the frontier as seen (over kSeenMax: the greatest in log order), exact depth.
// Not judged: rights are asked with may_write() and may_administer().
Entry next_entry(const View& view, const Device& device, Payload payload);

// Ranges that cover every live publish of a branch or tag that the view holds (of one device
// alone, if given): what a deletion, or an amended publish, rewrites. Code::refused where it would
// take more than kRangesMax.
Result<std::vector<Range>> rewriting_live(const View& view, const EntryId& branch,
                                          const std::optional<Device>& device = {});
Result<std::vector<Range>> rewriting_live(const View& view, const TagName& tag,
                                          const std::optional<Device>& device = {});
// Ranges that cover exactly these publishes (and others of their branch that lie between two
// neighbours of them on one chain only if those are rewritten already).
Result<std::vector<Range>> ranges_over(const View& view, std::span<const EntryId> publishes);

}  // namespace hn::log
