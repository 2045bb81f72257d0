#include <algorithm>
#include <ostream>

#include "daemon_status.hpp"
#include "failure.hpp"
#include "hn/node/address.hpp"
#include "hn/node/daemon.hpp"
#include "hn/repo/exchange.hpp"
#include "output.hpp"
#include "qr.hpp"

namespace hn::cli {
namespace {

log::Right right_of(const Given& given) {
  const int n = int{given.has("read")} + int{given.has("write")} + int{given.has("admin")};
  if (n != 1) {
    throw Failure(Code::usage, "say what the newcomer may do",
                  "hn invite --read, --write or --admin");
  }
  if (given.has("admin")) return log::Right::admin;
  return given.has("write") ? log::Right::write : log::Right::read;
}

bool is_served(const Context& context, const repo::Repository& repository) {
  const auto status = daemon_status(context);
  return status && std::ranges::any_of(status->at("repositories"), [&](const Json& row) {
           return row.value("path", "") == repository.layout().root && row.value("served", false);
         });
}

// Before the invitation is made.
bool wants_code(const Context& context, const Given& given) {
  if (!given.has("qr") && !given.has("qr-always")) return false;
  if (given.has("json")) throw Failure(Code::usage, "--json and --qr exclude each other");
  if (!context.out_is_terminal && !given.has("qr-always")) {
    throw Failure(Code::usage, "a QR code is for a terminal, and the output is none",
                  "--qr-always prints it all the same");
  }
  return true;
}

int run(Context& context, const Given& given) {
  const bool code = wants_code(context, given);
  repo::Repository repository = context.open();
  const log::Right right = right_of(given);
  std::vector<std::string> addresses = given.values("addr");
  for (std::string& address : addresses) {
    const auto parsed = node::parse_host_port(address);
    if (!parsed || parsed->host.empty())
      throw Failure(Code::usage, "'" + address + "' is not HOST:PORT");
    if (address.find(':') == std::string::npos) address += ":" + std::to_string(node::kDefaultPort);
  }
  if (addresses.empty()) addresses = addresses_here(context);
  if (addresses.size() > log::kLinkAddressesMax) addresses.resize(log::kLinkAddressesMax);
  const log::Link link = repo::invite(repository, right, addresses);
  const std::string text = log::encode_link(link);
  if (given.has("json")) {
    Json out;
    out["link"] = text;
    out["right"] = log::name_of(right);
    out["addresses"] = addresses;
    print(context, out);
  } else {
    context.out << text << "\n";
    if (code) context.out << qr_code(text, context.colour);
    context.err << "good once, for one device, to " << log::name_of(right)
                << "; it is redeemed here"
                << (is_served(context, repository)
                        ? ", where the daemon answers"
                        : ", so let this device answer: hn serve, or hn daemon start")
                << "\n";
  }
  return 0;
}

}  // namespace

Command cmd_invite() {
  return {"invite",
          "Print a link with which one more device joins",
          {{"--read", "", "the device may read"},
           {"--write", "", "the device may read and write"},
           {"--admin", "", "the device may also invite and revoke"},
           {"--addr", "HOST:PORT", "where this device can be reached (else its own addresses)",
            Offers::nothing, "", true},
           {"--qr", "", "also as a QR code, on a terminal"},
           {"--qr-always", "", "likewise, whatever the output is"},
           {"--json", "", "as JSON"}},
          {},
          run};
}

}  // namespace hn::cli
