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

// What the newcomer may do where it is not said; nothing where it must be.
using Default = std::optional<log::Right>;

log::Right right_of(const Given& given, Default otherwise) {
  const int n = int{given.has("read")} + int{given.has("write")} + int{given.has("admin")};
  if (n == 0 && otherwise) return *otherwise;
  if (n != 1) {
    throw Failure(Code::usage, "say what the newcomer may do",
                  "hn invite --read, --write or --admin");
  }
  if (given.has("admin")) return log::Right::admin;
  return given.has("write") ? log::Right::write : log::Right::read;
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

int invite(Context& context, const Given& given, Default right_otherwise) {
  const bool code = wants_code(context, given);
  repo::Repository repository = context.open();
  const log::Right right = right_of(given, right_otherwise);
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

int run_invite(Context& context, const Given& given) {
  return invite(context, given, {});
}
int run_share(Context& context, const Given& given) {
  return invite(context, given, log::Right::read);
}

std::vector<Option> options() {
  return {{"--read", "", "the device may read"},
          {"--write", "", "the device may read and write"},
          {"--admin", "", "the device may also invite and revoke"},
          {"--addr", "HOST:PORT", "where this device can be reached (else its own addresses)",
           Offers::nothing, "", true},
          {"--qr", "", "also as a QR code, on a terminal"},
          {"--qr-always", "", "likewise, whatever the output is"},
          {"--json", "", "as JSON"}};
}

}  // namespace

Command cmd_invite() {
  return {"invite", "Print a link with which one more device joins", options(), {}, run_invite};
}

Command cmd_share() {
  return {"share",
          "Print a link with which somebody may read the repository",
          options(),
          {},
          run_share};
}

}  // namespace hn::cli
