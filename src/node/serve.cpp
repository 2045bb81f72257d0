#include "hn/base/text.hpp"
#include "hn/node/operations.hpp"
#include "node/server.hpp"

namespace hn::node {
namespace {

// How soon a commit that another process made is told to peers that are connected.
constexpr Duration kTick = std::chrono::milliseconds(500);

}  // namespace

void serve(const repo::World& world, std::vector<repo::Repository>& repositories,
           const ServeOptions& options) {
  Driver driver(world);
  Server::Options rules;
  rules.publishes = options.publishes;
  rules.limit = options.limit;
  rules.on_news = [&](const repo::Repository&, const std::string& line) {
    if (options.on_news) options.on_news(line);
  };
  // A store that cannot be read or written any more ends the command with its own words.
  rules.on_failure = [](const repo::Repository&, const Failure& failure) { throw failure; };
  Server server(world, driver, std::move(rules));
  for (repo::Repository& repository : repositories) server.add(repository);
  if (options.standard_streams) {
    driver.use_standard_streams();
  } else {
    const std::uint16_t port = driver.listen(options.listen);
    if (options.on_listening) options.on_listening(port);
  }
  driver.run([] { return false; }, [&](const net::SyncEvent& event) { server.handle(event); },
             kTick,
             [&] {
               if (!server.anybody_here()) return;
               for (const repo::Repository& repository : repositories) server.look(repository);
             });
}

}  // namespace hn::node
