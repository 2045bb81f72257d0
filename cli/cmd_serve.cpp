#include <ostream>

#include "hn/node/operations.hpp"
#include "hooks.hpp"
#include "output.hpp"
#include "rate.hpp"

namespace hn::cli {
namespace {

int run(Context& context, const Given& given) {
  std::vector<repo::Repository> repositories;
  for (const std::string& folder : given.values("REPO")) {
    const std::string full = context.absolute(folder);
    const auto stat = context.world.fs.stat(full);
    if (!stat || !stat->folder)
      throw Failure(Code::not_found, "there is no folder " + folder, "hn serve FOLDER...");
    repositories.push_back(repo::Repository::open(context.world, full));
  }
  if (repositories.empty()) repositories.push_back(context.open());
  // Better now than in the middle of somebody's clone.
  for (const repo::Repository& repository : repositories) repository.key();

  node::ServeOptions options;
  options.limit = limit_of(given);
  options.standard_streams = given.has("stdio");
  if (options.standard_streams && given.has("listen"))
    throw Failure(Code::usage, "--stdio and --listen exclude each other");
  if (const auto listen = given.value("listen")) {
    const auto parsed = node::parse_host_port(*listen);
    if (!parsed) throw Failure(Code::usage, "'" + *listen + "' is not HOST:PORT");
    options.listen = *parsed;
  }
  const std::string host = options.listen.host;
  options.on_listening = [&context, host](std::uint16_t port) {
    const std::string shown = host.find(':') == std::string::npos ? host : "[" + host + "]";
    if (!host.empty()) {
      context.out << "listening on " << shown << ":" << port << std::endl;
      return;
    }
    context.out << "listening on";
    for (const std::string& address : node::own_addresses(port)) context.out << " " << address;
    context.out << std::endl;
  };
  // A hook that may refuse is asked by hn sync alone: nothing is published past it.
  options.publishes = [&context](const repo::Repository& repository) {
    return !has_hook(context, repository, "pre-sync");
  };
  options.on_news = [&context](const std::string& line) { context.err << line << std::endl; };
  node::serve(context.world, repositories, options);
  return 0;
}

}  // namespace

Command cmd_serve() {
  return {"serve",
          "Answer peers until interrupted",
          {{"--listen", "HOST:PORT", "listen there (else on every address, port 4697)"},
           {"--limit", "RATE", "bytes a second each way, at most, as 500k or 2m"},
           {"--stdio", "", "answer one peer on standard input and output"}},
          {{"REPO", "the repositories (else the current one)", 0, kMany, Offers::folders}},
          run};
}

}  // namespace hn::cli
