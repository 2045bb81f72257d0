#include "daemon_status.hpp"

#include <algorithm>

#include "hn/node/address.hpp"
#include "hn/node/daemon.hpp"

namespace hn::cli {

std::optional<Json> daemon_status(const Context& context) {
  const auto answer = node::ask_daemon(context.world, "status");
  if (!answer) return std::nullopt;
  Json status = Json::parse(*answer, nullptr, false);
  const bool understood = status.is_object() && status.contains("addresses") &&
                          status.contains("repositories") && status["addresses"].is_array() &&
                          status["repositories"].is_array();
  if (!understood)
    throw Failure(Code::protocol, "the daemon's answer is not understood",
                  "it may be of another version: hn daemon stop, hn daemon start");
  return status;
}

bool is_served(const Context& context, const repo::Repository& repository) {
  const auto status = daemon_status(context);
  return status && std::ranges::any_of(status->at("repositories"), [&](const Json& row) {
           return row.value("path", "") == repository.layout().root && row.value("served", false);
         });
}

std::vector<std::string> addresses_here(const Context& context) {
  return addresses_by(daemon_status(context));
}

std::vector<std::string> addresses_by(const std::optional<Json>& status) {
  if (!status) return node::own_addresses(node::kDefaultPort);
  std::vector<std::string> out;
  for (const Json& address : status->at("addresses")) out.push_back(address.get<std::string>());
  return out;
}

}  // namespace hn::cli
