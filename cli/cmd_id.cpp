#include <ostream>

#include "hn/repo/identity.hpp"
#include "output.hpp"

namespace hn::cli {
namespace {

int run(Context& context, const Given& given) {
  const repo::Repository repository = context.open();
  const auto member = repository.view().member(repository.device());
  const std::string label = member ? member->label : repository.record().label;
  const std::string transport = hn::to_hex(repo::transport_key(context.world).public_key().bytes);
  const std::string_view right = member && member->active() ? log::name_of(member->right) : "none";
  if (given.has("json")) {
    Json out;
    out["repository"] = log::to_hex(repository.id());
    out["device"] = hn::to_hex(repository.device().bytes);
    out["label"] = label;
    out["right"] = right;
    out["transport"] = transport;
    print(context, out);
    return 0;
  }
  context.out << "repository  " << log::to_hex(repository.id()) << "\n"
              << "device      " << hn::to_hex(repository.device().bytes) << " (" << label << ", "
              << right << ")\n"
              << "transport   " << transport << "\n";
  return 0;
}

}  // namespace

Command cmd_id() {
  return {
      "id", "Say which repository and which device this is", {{"--json", "", "as JSON"}}, {}, run};
}

}  // namespace hn::cli
