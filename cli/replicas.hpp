#pragma once

#include <chrono>

#include "hn/node/operations.hpp"
#include "hn/os/folder_watch.hpp"
#include "report.hpp"

// hn sync --replicas: other devices have to sign that they hold what this one has.
namespace hn::cli {

// One --replicas N, with --timeout and --wait. Begins to count when it is made.
class Replicas {
 public:
  // Nothing without --replicas. Failure usage for what does not go together.
  static std::optional<Replicas> asked(repo::Repository& repository, const Given& given);

  // Whether as many devices as are wanted have acknowledged all that this one has signed.
  bool enough() const { return by_.size() >= wanted_; }
  // Looks again. After a while without enough of them it is time to call who was not reached: true;
  // false where nothing more is to be done.
  bool call_again(const Context& context);
  // Looks at what is recorded by now.
  void look();

  // The exit status, and what to say of it: who has acknowledged, or who has not.
  int conclude(Context& context, const node::SyncReport& report, bool quiet) const;
  Json json() const;

 private:
  using Clock = std::chrono::steady_clock;
  Replicas(repo::Repository& repository, const Given& given);

  repo::Repository* repository_;
  std::size_t wanted_ = 0;
  std::optional<Clock::time_point> end_;
  bool waits_ = false;
  bool told_ = false;
  Clock::duration pause_ = std::chrono::seconds(1);
  std::unique_ptr<os::FolderWatch> changes_;
  std::vector<std::string> by_;  // labels
};

// hn sync --status: what each device has acknowledged.
int print_receipts(Context& context, const repo::Repository& repository, bool json);

}  // namespace hn::cli
