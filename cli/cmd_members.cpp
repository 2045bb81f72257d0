#include <ostream>

#include "hn/repo/exchange.hpp"
#include "output.hpp"

namespace hn::cli {
namespace {

int run(Context& context, const Given& given) {
  const repo::Repository repository = context.open();
  Json rows = Json::array();
  for (const log::Member& member : repository.view().members()) {
    const bool self = member.device == repository.device();
    const std::string key = hn::to_hex(member.device.bytes);
    if (given.has("json")) {
      Json row;
      row["label"] = member.label;
      row["device"] = key;
      row["right"] = log::name_of(member.right);
      row["rank"] = member.rank;
      row["founder"] = member.founder;
      row["active"] = member.active();
      row["this"] = self;
      rows.push_back(std::move(row));
      continue;
    }
    context.out << (self ? "* " : "  ") << member.label
                << std::string(member.label.size() < 16 ? 16 - member.label.size() : 1, ' ')
                << key.substr(0, 16) << "  " << log::name_of(member.right)
                << (member.founder ? ", founder" : "")
                << (member.left        ? ", left"
                    : !member.active() ? ", revoked"
                                       : "")
                << "\n";
  }
  if (given.has("json")) {
    Json proofs = Json::array();
    for (const log::Equivocation& proof : repository.view().equivocations()) {
      Json row;
      row["label"] = repo::label_of(repository.view(), proof.device);
      row["device"] = hn::to_hex(proof.device.bytes);
      row["seq"] = proof.seq;
      proofs.push_back(std::move(row));
    }
    print(context, Json{{"members", rows}, {"equivocations", proofs}});
  }
  for (const log::Equivocation& proof : repository.view().equivocations()) {
    context.err << "warning: " << repo::label_of(repository.view(), proof.device)
                << " signed two different entries as its number " << proof.seq
                << "; its key may be in two places. A senior can end it: hn revoke\n";
  }
  return 0;
}

}  // namespace

Command cmd_members() {
  return {"members",
          "List the devices and what they may do, the most senior first",
          {{"--json", "", "as JSON"}},
          {},
          run};
}

}  // namespace hn::cli
