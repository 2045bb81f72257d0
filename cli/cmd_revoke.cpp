#include <ostream>

#include "hn/repo/exchange.hpp"
#include "output.hpp"

namespace hn::cli {
namespace {

log::Member member_of(const repo::Repository& repository, const std::string& word) {
  try {
    return repo::find_member(repository, word);
  } catch (const Failure& failure) {
    if (!failure.hint().empty()) throw;
    throw Failure(failure.code(), failure.context(), "hn members lists names and keys");
  }
}

int run(Context& context, const Given& given) {
  repo::Repository repository = context.open();
  const log::Member member = member_of(repository, *given.value("MEMBER"));
  if (!member.active()) {
    throw Failure(Code::refused, member.label + " has no rights left to take",
                  "hn members says who has which");
  }
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
