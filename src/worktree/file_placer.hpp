#pragma once

#include <atomic>
#include <string>

#include "hn/worktree/checkout.hpp"
#include "worktree/root.hpp"

namespace hn::worktree {

// What became of a step.
struct Outcome {
  enum class Kind { untouched, written, obstacle, refused };
  Kind kind = Kind::untouched;
  Obstacle::Kind obstacle = Obstacle::Kind::modified;
  Witness witness;  // of what was written, or of what was there first
};

// Writes single files of a checkout. Shared by all threads.
class FilePlacer {
 public:
  // Throws Failure where the staging folder cannot be opened.
  explicit FilePlacer(const CheckoutOptions& options);
  ~FilePlacer();
  FilePlacer(const FilePlacer&) = delete;
  FilePlacer& operator=(const FilePlacer&) = delete;

  // Writes step.now under `name` in `folder`: exclusively where the plan saw nothing there, else
  // aside, and then in place of what the plan saw. Throws Failure where blocks or the disk fail.
  Outcome place(int folder, const std::string& name, const Step& step);

 private:
  Outcome place_new(int folder, const std::string& name, const Step& step);
  Outcome replace(int folder, const std::string& name, const Step& step);
  // An open file in that folder that has no name; none where that cannot be.
  Descriptor make_unnamed(int folder, const PlannedFile& file);
  Outcome replace_by_link(int fd, int folder, const std::string& name, const Step& step);
  Outcome replace_by_rename(int folder, const std::string& name, const Step& step);
  // Makes a file or symlink that was not there and answers errno, 0 for success.
  int make(int folder, const std::string& name, const PlannedFile& file, Witness& witness);
  int make_file(int folder, const std::string& name, const PlannedFile& file, Witness& witness);
  int make_symlink(int folder, const std::string& name, const PlannedFile& file);
  void fill(int file, const PlannedFile& planned, const std::string& name);
  Outcome outcome_of(int error, int folder, const std::string& name);

  const CheckoutOptions& options_;
  Descriptor staging_;
  std::atomic<std::uint64_t> next_ = 0;
  std::atomic<bool> makes_unnamed_;
};

}  // namespace hn::worktree
