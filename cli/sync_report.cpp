#include "sync_report.hpp"

#include "failure.hpp"
#include "hn/repo/exchange.hpp"
#include "rate.hpp"

namespace hn::cli {
namespace {

constexpr std::uint64_t kTimeoutSecondsMax = 7 * 24 * 3600;

// A word is the label or key of a peer that was met, or an address.
node::SyncTarget target_of(const std::vector<node::SyncTarget>& known, const std::string& word) {
  for (const node::SyncTarget& target : known) {
    const bool by_key =
        word.size() >= 8 && target.key && hn::to_hex(target.key->bytes).starts_with(word);
    if (target.shown == word || by_key) return target;
  }
  const auto address = node::parse_host_port(word);
  if (!address || address->host.empty()) {
    throw Failure(Code::not_found, "no peer is called '" + word + "', and it is not HOST:PORT",
                  "hn sync HOST:PORT, hn sync NAME, or hn sync for all that are known");
  }
  return {word, std::nullopt, node::resolve(*address)};
}

}  // namespace

std::vector<node::SyncTarget> targets_of(const repo::Repository& repository,
                                         const std::vector<std::string>& words) {
  std::vector<node::SyncTarget> known = node::known_targets(repository);
  if (words.empty()) {
    if (known.empty()) {
      throw Failure(Code::unreachable, "no peer with an address is known",
                    "name one: hn sync HOST:PORT; or invite one: hn invite");
    }
    return known;
  }
  std::vector<node::SyncTarget> out;
  out.reserve(words.size());
  for (const std::string& word : words) out.push_back(target_of(known, word));
  return out;
}

node::SyncTarget inviter(const log::Link& link) {
  node::SyncTarget target{"the inviter", link.transport, {}};
  std::optional<Failure> last;
  for (const std::string& address : link.addresses) {
    const auto parsed = node::parse_host_port(address);
    if (!parsed) continue;
    try {
      for (const net::PeerAddress& found : node::resolve(*parsed))
        target.addresses.push_back(found);
    } catch (const Failure& failure) {
      last = failure;
    }
  }
  if (target.addresses.empty()) {
    if (last) throw *last;
    throw Failure(Code::bad_link, "the link has no address",
                  "ask for one with: hn invite --addr HOST:PORT");
  }
  return target;
}

node::SyncOptions sync_options(const Given& given, ProgressLine& line) {
  node::SyncOptions options;
  options.via = given.value("via").value_or("");
  if (const auto seconds = given.number("timeout", kTimeoutSecondsMax)) {
    options.timeout = std::chrono::seconds(*seconds);
  }
  options.limit = limit_of(given);
  options.background = given.has("background");
  options.on_progress = [&line](const node::Progress& p) {
    std::string text = "received " + count_of(p.blocks_in, "block") + ", " + bytes_text(p.bytes_in);
    if (p.bytes_wanted > 0) {
      text += " (" + std::to_string(p.plain_bytes_in * 100 / p.bytes_wanted) +
              " % of what was asked for)";
    }
    if (p.blocks_out > 0)
      text += "; sent " + count_of(p.blocks_out, "block") + ", " + bytes_text(p.bytes_out);
    if (p.waiting) text += "; waiting, others are answered first";
    line.show(text);
  };
  return options;
}

Json outcome_json(const node::SyncReport& report) {
  Json peers = Json::array();
  for (const node::PeerOutcome& peer : report.peers) {
    Json row;
    put_text(row, "peer", peer.shown);
    row["agreed"] = peer.agreed;
    if (peer.problem) row["problem"] = name_of(*peer.problem);
    if (!peer.detail.empty()) put_text(row, "detail", peer.detail);
    row["entries_in"] = peer.entries_in;
    row["entries_out"] = peer.entries_out;
    row["blocks_in"] = peer.blocks_in;
    row["blocks_out"] = peer.blocks_out;
    row["bytes_in"] = peer.bytes_in;
    row["bytes_out"] = peer.bytes_out;
    peers.push_back(std::move(row));
  }
  return peers;
}

std::string report_text(const node::SyncReport& report) {
  Json out;
  out["peers"] = Json::array();
  for (const node::PeerOutcome& peer : report.peers) {
    Json row{{"shown", peer.shown},
             {"agreed", peer.agreed},
             {"detail", peer.detail},
             {"entries_in", peer.entries_in},
             {"entries_out", peer.entries_out},
             {"blocks_in", peer.blocks_in},
             {"bytes_in", peer.bytes_in},
             {"blocks_out", peer.blocks_out},
             {"bytes_out", peer.bytes_out}};
    if (peer.problem) row["problem"] = static_cast<int>(*peer.problem);
    out["peers"].push_back(std::move(row));
  }
  out["unpublishable"] = report.unpublishable;
  return out.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::optional<node::SyncReport> report_from(const std::string& text) {
  const Json in = Json::parse(text, nullptr, false);
  if (in.is_discarded() || !in.is_object()) return std::nullopt;
  try {
    node::SyncReport report;
    for (const Json& row : in.at("peers")) {
      node::PeerOutcome& peer = report.peers.emplace_back();
      row.at("shown").get_to(peer.shown);
      row.at("agreed").get_to(peer.agreed);
      row.at("detail").get_to(peer.detail);
      row.at("entries_in").get_to(peer.entries_in);
      row.at("entries_out").get_to(peer.entries_out);
      row.at("blocks_in").get_to(peer.blocks_in);
      row.at("bytes_in").get_to(peer.bytes_in);
      row.at("blocks_out").get_to(peer.blocks_out);
      row.at("bytes_out").get_to(peer.bytes_out);
      const int problem = row.value("problem", -1);
      if (problem > static_cast<int>(Code::io)) return std::nullopt;
      if (problem >= 0) peer.problem = static_cast<Code>(problem);
    }
    in.at("unpublishable").get_to(report.unpublishable);
    return report;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

bool is_used_link(const node::SyncReport& report) {
  return !report.agreed() && !report.peers.empty() &&
         std::ranges::all_of(report.peers, [](const node::PeerOutcome& peer) {
           return peer.problem == Code::used_invitation;
         });
}

void require_agreed(const node::SyncReport& report) {
  if (report.agreed()) return;
  if (report.interrupted)
    throw Failure(Code::timeout, "interrupted", "start it again: it goes on where it stopped");
  // What a peer answered says more than that another one did not.
  const node::PeerOutcome* best = nullptr;
  for (const node::PeerOutcome& peer : report.peers) {
    if (best == nullptr || best->problem == Code::unreachable) best = &peer;
  }
  if (best == nullptr) throw Failure(Code::unreachable, "nobody was called");
  const Code code = best->problem.value_or(Code::timeout);
  std::string what = best->shown + ": " + (best->detail.empty() ? "no agreement" : best->detail);
  if (code == Code::unreachable && best->shown == "the command") {
    throw Failure(code, "the command does not answer (" + best->detail + ")",
                  "does it start this at the other end: hn -C REPO serve --stdio");
  }
  if (code == Code::unreachable) what = best->shown + " does not answer (" + best->detail + ")";
  if (code == Code::no_right) {
    throw Failure(
        code, best->shown + " does not serve this repository to this device (" + best->detail + ")",
        "is it the right peer, and this device still a member? hn members");
  }
  throw Failure(code, what);
}

}  // namespace hn::cli
