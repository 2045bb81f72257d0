#include <algorithm>
#include <ostream>

#include "daemon_status.hpp"
#include "hn/node/address.hpp"
#include "hn/repo/bans.hpp"
#include "hn/repo/dates.hpp"
#include "hn/repo/exchange.hpp"
#include "hn/repo/peer_limits.hpp"
#include "rate.hpp"

namespace hn::cli {
namespace {

constexpr std::size_t kKeyDigitsMin = 8;

std::optional<crypto::TransportKey> whole_key(const std::string& word) {
  const auto bytes = from_hex(word);
  crypto::TransportKey key;
  if (!bytes || bytes->size() != key.bytes.size()) return std::nullopt;
  std::ranges::copy(*bytes, key.bytes.begin());
  return key;
}

// By the name of its device, or by the beginning of its transport key.
bool is_called(const repo::PeerRecord& peer, const std::string& word) {
  return peer.label == word ||
         (word.size() >= kKeyDigitsMin && to_hex(peer.transport.bytes).starts_with(word));
}

// A whole key needs no repository that knows it.
crypto::TransportKey find_peer(const std::vector<repo::PeerRecord>& known,
                               const std::string& word) {
  if (const auto key = whole_key(word)) return *key;
  const auto fits = [&](const repo::PeerRecord& peer) { return is_called(peer, word); };
  const auto count = std::ranges::count_if(known, fits);
  if (count == 1) return std::ranges::find_if(known, fits)->transport;
  if (count == 0)
    throw Failure(Code::not_found, "no peer is called '" + word + "'", "hn peer lists them");
  throw Failure(Code::ambiguous, "several peers are called '" + word + "'",
                "name one by its key: hn peer lists them");
}

std::string needed(const Given& given, std::string_view name, std::string_view example) {
  const auto value = given.value(name);
  if (!value)
    throw Failure(Code::usage, name == "PEER" ? "which peer?" : "what for it?",
                  std::string(example));
  return *value;
}

// What the daemon says of a peer of this repository.
const Json* told_of(const std::optional<Json>& status, const repo::Repository& repository,
                    const std::string& key) {
  if (!status) return nullptr;
  for (const Json& row : status->at("repositories")) {
    if (row.value("path", "") != repository.layout().root || !row.contains("peers")) continue;
    for (const Json& peer : row.at("peers")) {
      if (peer.value("key", "") == key) return &peer;
    }
  }
  return nullptr;
}

std::string at_most(std::uint64_t rate) {
  return "  at most " + bytes_text(rate) + " a second";
}

// Keys that something is said of here, though this repository has never met them.
bool is_strange(const std::vector<repo::PeerRecord>& known, const crypto::TransportKey& key) {
  return std::ranges::find(known, key, &repo::PeerRecord::transport) == known.end();
}

int list(Context& context, const Given& given) {
  const repo::Repository repository = context.open();
  const std::vector<repo::Ban> bans = repo::bans(context.world);
  const auto limits = repo::peer_limits(context.world);
  const std::optional<Json> status = daemon_status(context);
  Json rows = Json::array();
  for (const repo::PeerRecord& peer : repo::peers(repository)) {
    const std::string key = to_hex(peer.transport.bytes);
    const auto ban = std::ranges::find(bans, peer.transport, &repo::Ban::key);
    const auto limit = limits.find(peer.transport);
    const Json* told = told_of(status, repository, key);
    const bool here = told != nullptr && told->value("connected", false);
    const repo::TrafficRecord traffic = repo::traffic_with(repository, peer.transport);
    if (given.has("json")) {
      Json row;
      put_text(row, "peer", peer.label);
      row["key"] = key;
      if (peer.device) row["device"] = to_hex(peer.device->bytes);
      row["addresses"] = peer.addresses;
      row["last_met"] = peer.last_met;
      row["connected"] = here;
      row["bytes_in"] = traffic.taken;
      row["bytes_out"] = traffic.given;
      row["banned"] = ban != bans.end();
      if (limit != limits.end()) row["limit"] = limit->second;
      rows.push_back(std::move(row));
      continue;
    }
    const std::string name = peer.label.empty() ? "(no name)" : escape_controls(peer.label);
    context.out << name << std::string(columns_of(name) < 16 ? 16 - columns_of(name) : 1, ' ')
                << key.substr(0, 16);
    for (const std::string& address : peer.addresses)
      context.out << "  " << escape_controls(address);
    context.out << "  " << bytes_text(traffic.taken) << " taken, " << bytes_text(traffic.given)
                << " given" << (here ? "  here" : "");
    if (limit != limits.end()) context.out << at_most(limit->second);
    if (ban != bans.end()) context.out << "  banned: " << escape_controls(ban->reason);
    context.out << "\n";
  }
  if (given.has("json")) {
    Json banned = Json::array();
    for (const repo::Ban& ban : bans) {
      Json row;
      row["key"] = to_hex(ban.key.bytes);
      row["since"] = ban.since;
      put_text(row, "reason", ban.reason);
      banned.push_back(std::move(row));
    }
    Json limited = Json::array();
    for (const auto& [key, rate] : limits)
      limited.push_back({{"key", to_hex(key.bytes)}, {"limit", rate}});
    print(context, Json{{"peers", rows}, {"banned", banned}, {"limited", limited}});
    return 0;
  }
  const std::vector<repo::PeerRecord> known = repo::peers(repository);
  for (const auto& [key, rate] : limits) {
    if (is_strange(known, key))
      context.out << "(not met here)  " << to_hex(key.bytes).substr(0, 16) << at_most(rate) << "\n";
  }
  for (const repo::Ban& ban : bans) {
    if (!is_strange(known, ban.key)) continue;
    context.out << "(not met here)  " << to_hex(ban.key.bytes).substr(0, 16)
                << "  banned: " << escape_controls(ban.reason) << "\n";
  }
  return 0;
}

int add(Context& context, const Given& given) {
  constexpr std::string_view kExample = "hn peer add PEER HOST:PORT";
  repo::Repository repository = context.open();
  const std::string word = needed(given, "PEER", kExample);
  const std::string address = needed(given, "VALUE", kExample);
  const auto parsed = node::parse_host_port(address);
  if (!parsed || parsed->host.empty() || parsed->port == 0)
    throw Failure(Code::usage, "'" + address + "' is not HOST:PORT", std::string(kExample));
  repo::PeerRecord record;
  record.transport = find_peer(repo::peers(repository), word);
  record.addresses = {address};
  for (const repo::PeerRecord& peer : repo::peers(repository)) {
    if (peer.transport == record.transport) record.last_met = peer.last_met;
  }
  repo::remember_peer(repository, record);
  return 0;
}

int remove(Context& context, const Given& given) {
  repo::Repository repository = context.open();
  const std::vector<repo::PeerRecord> known = repo::peers(repository);
  const crypto::TransportKey key = find_peer(known, needed(given, "PEER", "hn peer remove PEER"));
  if (std::ranges::find(known, key, &repo::PeerRecord::transport) == known.end())
    throw Failure(Code::not_found, "no peer with that key is known here", "hn peer lists them");
  repo::forget_peer(repository, key);
  return 0;
}

// Those of the repository that this is called in, if it is.
std::vector<repo::PeerRecord> peers_here(const Context& context) {
  try {
    return repo::peers(context.open());
  } catch (const Failure& failure) {
    if (failure.code() != Code::no_repository) throw;
    return {};
  }
}

int ban(Context& context, const Given& given) {
  repo::Ban row;
  row.key = find_peer(peers_here(context), needed(given, "PEER", "hn peer ban PEER"));
  row.since = context.world.clock.wall().seconds;
  row.reason = given.value("why").value_or("by hand");
  repo::ban(context.world, row);
  return 0;
}

int limit(Context& context, const Given& given) {
  constexpr std::string_view kExample = "hn peer limit PEER 500k, or none";
  const std::string word = needed(given, "PEER", kExample);
  const std::string value = needed(given, "VALUE", kExample);
  std::vector<repo::PeerRecord> known = peers_here(context);
  if (value != "none") {
    repo::limit_peer(context.world, find_peer(known, word), parse_rate(value));
    return 0;
  }
  for (const auto& [key, rate] : repo::peer_limits(context.world)) {
    if (is_strange(known, key)) known.push_back({key, std::nullopt, "", {}, 0});
  }
  if (!repo::unlimit_peer(context.world, find_peer(known, word)))
    throw Failure(Code::not_found, "'" + word + "' has no limit", "hn peer lists who has");
  return 0;
}

int unban(Context& context, const Given& given) {
  const std::string word = needed(given, "PEER", "hn peer unban PEER");
  std::vector<repo::PeerRecord> known = peers_here(context);
  for (const repo::Ban& row : repo::bans(context.world)) {
    if (is_strange(known, row.key)) known.push_back({row.key, std::nullopt, "", {}, 0});
  }
  if (!repo::unban(context.world, find_peer(known, word)))
    throw Failure(Code::not_found, "'" + word + "' is not banned", "hn peer lists who is");
  return 0;
}

int run(Context& context, const Given& given) {
  const std::string action = given.value("ACTION").value_or("list");
  if (action == "list") return list(context, given);
  if (action == "add") return add(context, given);
  if (action == "remove") return remove(context, given);
  if (action == "ban") return ban(context, given);
  if (action == "unban") return unban(context, given);
  if (action == "limit") return limit(context, given);
  throw Failure(Code::usage, "'" + action + "' is none of list, add, remove, ban, unban and limit",
                "hn help peer");
}

}  // namespace

Command cmd_peer() {
  return {"peer",
          "List the peers that are known; say where they are, how fast they may be, or a ban",
          {{"--why", "TEXT", "ban: a reason to remember"}, {"--json", "", "list: as JSON"}},
          {{"ACTION", "list (the default), add, remove, ban, unban or limit", 0, 1, Offers::words,
            "list add remove ban unban limit"},
           {"PEER", "its name, or eight or more digits of its key", 0, 1},
           {"VALUE", "add: HOST:PORT; limit: bytes a second, as 500k or 2m, or none", 0, 1}},
          run};
}

}  // namespace hn::cli
