#include <ostream>

#include "hn/repo/exchange.hpp"
#include "output.hpp"

namespace hn::cli {
namespace {

int run(Context& context, const Given& given) {
  repo::Repository repository = context.open();
  const log::Member member = repo::find_member(repository, *given.value("MEMBER"));
  if (!member.active()) throw Failure(Code::refused, member.label + " has no rights left to take");
  if (member.device == repository.device() && !given.has("myself")) {
    throw Failure(Code::refused, "that is this device",
                  "to leave for good: hn revoke --myself " + member.label);
  }
  const log::SignedEntry entry = repo::revoke(repository, member.device);
  if (given.has("json")) {
    Json out;
    out["entry"] = log::to_hex(entry.id);
    out["device"] = hn::to_hex(member.device.bytes);
    print(context, out);
  } else {
    context.out << "revoked " << member.label
                << ": what this device has seen of it stays, nothing after that counts; hn sync "
                   "spreads it\n";
  }
  return 0;
}

}  // namespace

Command cmd_revoke() {
  return {"revoke",
          "Take a device's rights away",
          {{"--myself", "", "yes, this very device"}, {"--json", "", "as JSON"}},
          {{"MEMBER", "its name, or the beginning of its key", 1, 1, Offers::members}},
          run};
}

}  // namespace hn::cli
