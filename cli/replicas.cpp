#include "replicas.hpp"

#include <algorithm>
#include <ostream>

#include "commit_format.hpp"
#include "failure.hpp"
#include "hn/node/receipts.hpp"
#include "hn/repo/branches.hpp"

namespace hn::cli {
namespace {

constexpr std::uint64_t kReplicasMax = 1000;
constexpr std::uint64_t kSecondsMax = 365 * 24 * 3600;
// Who was not reached is called again, ever less often.
constexpr auto kPauseMax = std::chrono::seconds(30);

std::string label_of(const repo::Repository& repository, const log::Device& device) {
  return escape_controls(repo::label_of(repository.view(), device));
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

}  // namespace

std::optional<Replicas> Replicas::asked(repo::Repository& repository, const Given& given) {
  if (given.has("replicas")) return Replicas(repository, given);
  if (given.has("wait"))
    throw Failure(Code::usage, "--wait is for --replicas", "hn sync --replicas N --wait");
  return std::nullopt;
}

Replicas::Replicas(repo::Repository& repository, const Given& given)
    : repository_(&repository),
      wanted_(*given.number("replicas", kReplicasMax)),
      waits_(given.has("wait")),
      changes_(std::make_unique<os::FolderWatch>(repository.layout().store())) {
  if (wanted_ == 0) throw Failure(Code::usage, "--replicas wants at least one device");
  if (const auto seconds = given.number("timeout", kSecondsMax))
    end_ = Clock::now() + std::chrono::seconds(*seconds);
}

void Replicas::look() {
  repository_->refresh();
  by_.clear();
  for (const repo::ReceiptRecord& receipt : node::receipts(*repository_))
    if (node::covers_all(*repository_, receipt))
      by_.push_back(label_of(*repository_, receipt.device));
}

bool Replicas::call_again(const Context& context) {
  look();
  if (enough() || !waits_) return false;
  if (!std::exchange(told_, true)) {
    context.err << "waiting: " << by_.size() << " of " << count_of(wanted_, "device")
                << " acknowledged it\n";
    context.err.flush();
  }
  const auto next = Clock::now() + pause_;
  pause_ = std::min<Clock::duration>(2 * pause_, kPauseMax);
  const auto until = end_ ? std::min(*end_, next) : next;
  for (auto now = Clock::now(); now < until && !enough(); now = Clock::now()) {
    changes_->wait(std::chrono::ceil<std::chrono::milliseconds>(until - now));
    look();
  }
  return !enough() && (!end_ || Clock::now() < *end_);
}

int Replicas::conclude(Context& context, const node::SyncReport& report, bool quiet) const {
  if (enough()) {
    if (!quiet) context.out << "acknowledged by " << joined(by_) << "\n";
    return 0;
  }
  const bool late = waits_ || std::ranges::any_of(report.peers, [](const node::PeerOutcome& peer) {
                      return peer.problem == Code::timeout;
                    });
  std::string what = std::to_string(by_.size()) + " of " + count_of(wanted_, "device") +
                     " acknowledged what is here";
  if (!by_.empty()) what += ": " + joined(by_);
  context.err << told(Failure(late ? Code::timeout : Code::unreachable, what,
                              waits_ ? "hn sync --status says who is behind"
                                     : "--wait waits for others; hn sync --status says who is "
                                       "behind"));
  return late ? kExitTimeout : kExitTooFew;
}

Json Replicas::json() const {
  return {{"wanted", wanted_}, {"acknowledged", by_}};
}

int print_receipts(Context& context, const repo::Repository& repository, bool json) {
  const std::uint64_t own = node::own_entries(repository);
  const std::int64_t now = context.world.clock.wall().seconds;
  const std::vector<repo::ReceiptRecord> receipts = node::receipts(repository);
  if (!json && !repository.drafts().empty())
    context.out
        << "not yet published, and counted nowhere: what hn status says; hn sync sends it\n";
  Json rows = Json::array();
  for (const log::Member& member : repository.view().members()) {
    if (member.device == repository.device() || !member.active()) continue;
    const auto at = std::ranges::find(receipts, member.device, &repo::ReceiptRecord::device);
    const bool signed_any = at != receipts.end();
    const bool all = signed_any && node::covers_all(repository, *at);
    const std::string label = label_of(repository, member.device);
    if (json) {
      Json row{{"label", label}, {"device", hn::to_hex(member.device.bytes)}, {"all", all}};
      row["acknowledged"] = signed_any ? Json(at->own) : Json(nullptr);
      row["when"] = signed_any ? Json(at->when) : Json(nullptr);
      row["signature"] = signed_any ? Json(hn::to_hex(at->signature.bytes)) : Json(nullptr);
      rows.push_back(std::move(row));
      continue;
    }
    context.out << label << std::string(label.size() < 16 ? 16 - label.size() : 1, ' ');
    if (!signed_any)
      context.out << "has acknowledged nothing yet\n";
    else
      context.out << (all ? "has everything"
                      : own > at->own
                          ? "lacks the last " + count_of(own - at->own, "entry") + " of this device"
                          : "lacks what came since")
                  << ", by its word of " << relative_date(at->when, now) << "\n";
  }
  if (json)
    print(context,
          Json{{"entries", own}, {"unpublished", !repository.drafts().empty()}, {"devices", rows}});
  return 0;
}

}  // namespace hn::cli
