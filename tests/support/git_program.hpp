#pragma once

#include <doctest/doctest.h>

#include <cstdio>
#include <filesystem>
#include <string>

// Git itself, as the second opinion; tests that need it pass where it is not installed.
namespace hn::testing {

inline bool has_git() {
  return std::filesystem::exists("/usr/bin/git");
}

// Runs a line of shell in a folder, with no configuration but the repository's own. `variables` as
// env takes them: "NAME=value".
inline std::string run(const std::filesystem::path& folder, const std::string& line,
                       const std::string& variables = "") {
  const std::string command =
      "cd '" + folder.string() +
      "' && env -i PATH=/usr/bin:/bin HOME=/nonexistent GIT_CONFIG_NOSYSTEM=1 " + variables +
      " GIT_AUTHOR_NAME=Anna GIT_AUTHOR_EMAIL=a@x GIT_COMMITTER_NAME=Anna GIT_COMMITTER_EMAIL=a@x "
      "sh -ec '" +
      line + "' 2>&1";
  std::string out;
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe))
    out.push_back(static_cast<char>(c));
  REQUIRE_MESSAGE(pclose(pipe) == 0, out);
  return out;
}

// A history with branches, an octopus, tags of all kinds, a link. `init` makes the repository.
inline std::string history_of(const std::string& init) {
  return init +
         " ; mkdir -p src/deep ; "
         "for i in 1 2 3 4 5 6 7 8; do seq $((i * 30)) > src/numbers; echo $i > src/deep/f$i; "
         "git add . ; git commit -q -m \"change $i\"; done ; "
         "git checkout -q -b side main~3 ; ln -s numbers src/link ; git add . ; "
         "git commit -q -m side ; "
         "git checkout -q -b more main~1 ; git mv src/deep/f1 src/first ; git commit -q -m moved ; "
         "git checkout -q main ; git merge -q -m octopus side more ; "
         "git tag light main~2 ; git tag -a -m heavy heavy main ; "
         "git tag -a -m nested nested heavy ; git tag blob $(git rev-parse main:src/numbers) ; "
         "git tag tree $(git rev-parse main:src)";
}

}  // namespace hn::testing
