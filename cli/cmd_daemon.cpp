#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <deque>
#include <fstream>
#include <ostream>

#include "background.hpp"
#include "daemon_status.hpp"
#include "hn/node/daemon.hpp"
#include "hn/os/folder_watch.hpp"
#include "hn/repo/dates.hpp"
#include "hooks.hpp"
#include "rate.hpp"
#include "sync_report.hpp"

namespace hn::cli {
namespace {

constexpr std::uint64_t kLogLinesShown = 50;
// A log that is longer when the daemon starts is set aside as daemon.log.1.
constexpr std::uint64_t kLogBytesMax = std::uint64_t{1} << 20;

std::string log_path(const Context& context) {
  return context.world.folders.state + "/daemon.log";
}

Json status_json(const node::DaemonStatus& status) {
  Json out;
  out["running"] = true;
  out["process"] = status.process;
  out["since"] = status.since;
  out["addresses"] = status.addresses;
  out["repositories"] = Json::array();
  for (const node::RepositoryStatus& repository : status.repositories) {
    Json row;
    put_text(row, "path", repository.root);
    row["served"] = repository.problem.empty() && repository.through.empty();
    if (!repository.through.empty()) put_text(row, "through", repository.through);
    if (!repository.problem.empty()) put_text(row, "problem", repository.problem);
    if (repository.id) row["id"] = hn::to_hex(repository.id->bytes);
    if (!repository.label.empty()) row["label"] = repository.label;
    row["peers"] = Json::array();
    for (const node::PeerStatus& peer : repository.peers) {
      Json one;
      put_text(one, "peer", peer.label);
      one["key"] = hn::to_hex(peer.key.bytes);
      if (!peer.address.empty()) one["address"] = peer.address;
      one["connected"] = peer.connected;
      if (peer.connected) {
        one["called"] = peer.called;
        one["agreed"] = peer.agreed;
        one["since"] = peer.since;
        one["bytes_in"] = peer.bytes_in;
        one["bytes_out"] = peer.bytes_out;
      } else {
        if (!peer.problem.empty()) put_text(one, "problem", peer.problem);
        if (peer.next_call > Duration::zero())
          one["next_call"] = std::chrono::duration<double>(peer.next_call).count();
      }
      row["peers"].push_back(std::move(one));
    }
    out["repositories"].push_back(std::move(row));
  }
  return out;
}

std::string time_text(Context& context, std::int64_t seconds) {
  return repo::format_date({seconds, context.world.clock.wall().zone_minutes});
}

void print_peer(Context& context, const Json& peer) {
  const std::string name = peer.value("peer", "");
  context.out << "  "
              << (name.empty() ? peer.value("key", "").substr(0, 8) : escape_controls(name));
  if (peer.contains("address")) context.out << " at " << peer.value("address", "");
  if (peer.value("connected", false)) {
    context.out << ": " << (peer.value("agreed", false) ? "in step" : "not yet in step") << ", "
                << bytes_text(peer.value("bytes_in", std::uint64_t{0})) << " in, "
                << bytes_text(peer.value("bytes_out", std::uint64_t{0})) << " out\n";
    return;
  }
  if (!peer.contains("address")) {
    context.out << ": not here, and where it is is not known\n";
    return;
  }
  context.out << ": not here";
  const std::string problem = peer.value("problem", "");
  if (!problem.empty()) context.out << ", " << escape_controls(problem);
  if (peer.contains("next_call"))
    context.out << "; called again in "
                << std::max(1, static_cast<int>(peer.value("next_call", 0.0))) << " s";
  context.out << "\n";
}

int say_status(Context& context, const Given& given) {
  const Json status = daemon_status(context).value_or(Json{{"running", false}});
  const bool runs = status.value("running", false);
  if (given.has("json")) {
    print(context, status);
    return runs ? 0 : 1;
  }
  if (!runs) {
    context.out << "no daemon runs; hn daemon start\n";
    return 1;
  }
  context.out << "process " << status.value("process", 0) << ", since "
              << time_text(context, status.value("since", std::int64_t{0})) << ", on";
  for (const Json& address : status.at("addresses"))
    context.out << " " << address.get<std::string>();
  context.out << "\n";
  for (const Json& repository : status.at("repositories")) {
    context.out << shown_path(repository.value("path", ""));
    if (repository.contains("through")) {
      context.out << ": kept in step with " << shown_path(repository.value("through", ""))
                  << ", which is served\n";
      continue;
    }
    if (!repository.value("served", false)) {
      context.out << ": not served: " << escape_controls(repository.value("problem", "")) << "\n";
      continue;
    }
    context.out << (repository.at("peers").empty() ? ": no peer is known yet\n" : "\n");
    for (const Json& peer : repository.at("peers")) print_peer(context, peer);
  }
  return 0;
}

// Lines for a log get the time, unless the journal notes it anyway.
std::string stamp(Context& context) {
  if (context.err_is_terminal || context.world.environment("JOURNAL_STREAM")) return "";
  return time_text(context, context.world.clock.wall().seconds) + "  ";
}

int run_here(Context& context, const Given& given) {
  node::DaemonOptions options;
  if (const auto listen = given.value("listen")) {
    options.listen = node::parse_host_port(*listen);
    if (!options.listen) throw Failure(Code::usage, "'" + *listen + "' is not HOST:PORT");
  }
  options.limit = limit_of(given);
  options.background = given.has("background");
  const repo::Settings settings = repo::read_settings(context.world, std::nullopt);
  options.lan = settings.get("daemon.lan") != "false";
  options.on_listening = [&context](const std::vector<std::string>& addresses) {
    context.out << "listening on";
    for (const std::string& address : addresses) context.out << " " << address;
    context.out << std::endl;
  };
  options.on_news = [&context](const std::string& line) {
    context.err << stamp(context) << line << std::endl;
  };
  // A hook that may refuse is asked by hn sync alone: the daemon publishes nothing past it.
  options.publishes = [&context](const repo::Repository& repository) {
    return !has_hook(context, repository, "pre-sync");
  };
  options.tell_status = [](const node::DaemonStatus& status) {
    return status_json(status).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  };
  options.tell_report = report_text;
  node::run_daemon(context.world, options);
  return 0;
}

// The read end of a pipe, whose write end is for the one that starts.
class Ready {
 public:
  Ready() {
    if (pipe2(ends_.data(), O_CLOEXEC) != 0) throw Failure(Code::io, "no pipe can be made");
  }
  ~Ready() {
    close(ends_[0]);
    close_write();
  }
  Ready(const Ready&) = delete;
  Ready& operator=(const Ready&) = delete;
  int write_end() const noexcept { return ends_[1]; }
  void close_write() {
    if (ends_[1] >= 0) close(ends_[1]);
    ends_[1] = -1;
  }
  // Its first line, or what came before its end.
  std::string line() const {
    std::string out;
    char c = 0;
    while (read(ends_[0], &c, 1) == 1 && c != '\n') out += c;
    return out;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

int open_log(const Context& context) {
  const std::string path = log_path(context);
  os::make_private_folders(context.world.folders.state);
  const auto stat = context.world.fs.stat(path);
  if (stat && stat->size > kLogBytesMax) context.world.fs.rename(path, path + ".1");
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) throw Failure(Code::io, "the log " + path + " cannot be written");
  return file;
}

// What the last command that wrote there died of, without the name of the program.
std::string last_complaint(const std::string& path) {
  constexpr std::string_view kBegin = "hn: ";
  std::ifstream in(path);
  std::string line;
  std::string last;
  while (std::getline(in, line)) {
    if (line.starts_with(kBegin)) last = line.substr(kBegin.size());
  }
  return last;
}

int start(Context& context, const Given& given) {
  if (node::ask_daemon(context.world, "status"))
    throw Failure(Code::busy, "the daemon of this user runs already", "hn daemon status");
  Background program;
  program.words = {"daemon", "run"};
  if (const auto listen = given.value("listen")) {
    program.words.emplace_back("--listen");
    program.words.push_back(*listen);
  }
  if (const std::uint64_t limit = limit_of(given); limit > 0) {
    program.words.emplace_back("--limit");
    program.words.push_back(std::to_string(limit));
  }
  if (given.has("background")) program.words.emplace_back("--background");
  Ready ready;
  program.output = ready.write_end();
  program.errors = open_log(context);
  context.out.flush();
  const bool started = start_in_background(program);
  close(program.errors);
  ready.close_write();
  const std::string said = started ? ready.line() : "";
  if (said.empty()) {
    throw Failure(Code::io, "the daemon did not start: " + last_complaint(log_path(context)),
                  "hn daemon run shows it on a terminal");
  }
  context.out << said << "\n";
  return 0;
}

int stop(Context& context) {
  switch (node::stop_daemon(context.world)) {
    case node::Stopped::none_ran:
      context.out << "no daemon runs\n";
      break;
    case node::Stopped::by_itself:
      context.out << "stopped\n";
      break;
    case node::Stopped::killed:
      context.out << "it did not answer, and was killed\n";
      break;
  }
  return 0;
}

void copy_rest(Context& context, std::ifstream& in) {
  std::string line;
  while (std::getline(in, line)) context.out << line << "\n";
  in.clear();
  context.out.flush();
}

int logs(Context& context, const Given& given) {
  const std::string path = log_path(context);
  if (!context.world.fs.stat(path))
    throw Failure(Code::not_found, "there is no log at " + path,
                  "hn daemon start writes one; under systemd: journalctl --user -u hn");
  const std::uint64_t wanted = given.number("n", 1'000'000).value_or(kLogLinesShown);
  std::optional<os::FolderWatch> watch;
  if (given.has("follow")) watch.emplace(context.world.folders.state);
  std::ifstream in(path);
  std::deque<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    lines.push_back(line);
    if (lines.size() > wanted) lines.pop_front();
  }
  for (const std::string& line : lines) context.out << line << "\n";
  in.clear();
  context.out.flush();
  while (watch) {
    watch->wait();
    copy_rest(context, in);
  }
  return 0;
}

int run(Context& context, const Given& given) {
  const std::string action = given.value("ACTION").value_or("status");
  if (action == "start") return start(context, given);
  if (action == "stop") return stop(context);
  if (action == "status") return say_status(context, given);
  if (action == "run") return run_here(context, given);
  if (action == "logs") return logs(context, given);
  throw Failure(Code::usage, "'" + action + "' is none of start, stop, status, run and logs",
                "hn help daemon");
}

}  // namespace

Command cmd_daemon() {
  return {"daemon",
          "Keep all repositories of a user in step with their peers",
          {{"--listen", "HOST:PORT", "start, run: listen there (else on every address, port 4697)"},
           {"--limit", "RATE", "start, run: bytes a second each way, at most, as 500k or 2m"},
           {"--background", "", "start, run: give way to everything else on the line"},
           {"-n", "LINES", "logs: how many (else 50)"},
           {"-f,--follow", "", "logs: go on with what is written from now on"},
           {"--json", "", "status: as JSON"}},
          {{"ACTION", "start, stop, status (the default), run (in the foreground) or logs", 0, 1,
            Offers::words, "start stop status run logs"}},
          run};
}

}  // namespace hn::cli
