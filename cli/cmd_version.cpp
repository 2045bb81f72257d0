#include <ostream>

#include "hn/log/payload.hpp"
#include "hn/merge/fold.hpp"
#include "output.hpp"

namespace hn::cli {
namespace {

int run(Context& context, const Given& given) {
  if (given.has("json")) {
    Json out;
    out["version"] = HN_VERSION;
    out["formats"] = {{"repository", log::kFormat}, {"merge", merge::kAlgorithm}};
    print(context, out);
  } else {
    context.out << "hn " << HN_VERSION << " (repository format " << log::kFormat
                << ", merge algorithm " << merge::kAlgorithm << ")\n";
  }
  return 0;
}

}  // namespace

Command cmd_version() {
  return {"version", "Say which hn this is, and its formats", {{"--json", "", "as JSON"}}, {}, run};
}

}  // namespace hn::cli
