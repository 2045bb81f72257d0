#pragma once

#include <functional>
#include <string>

#include "hn/base/bytes.hpp"
#include "hn/object/tree.hpp"

namespace hn::cli {

// Writes a tape archive as git archive writes it, byte for byte: ustar headers, pax headers for
// names that they cannot hold, records of 10240 bytes. Holds a block in memory, never a file.
class TarWriter {
 public:
  using Sink = std::function<void(std::string_view)>;
  // All entries get this time.
  TarWriter(Sink sink, std::int64_t time) : sink_(std::move(sink)), time_(time) {}

  // The global header, whose comment is the id of a commit.
  void comment(const std::string& text);
  // A folder (its name ends with a slash) or a link. `id` names the pax header that it may need.
  void folder(const std::string& path, const std::string& id);
  void link(const std::string& path, const std::string& target, const std::string& id);
  // The header of a file; its `size` bytes follow by add(), then end_file().
  void file(const std::string& path, bool executable, std::uint64_t size, const std::string& id);
  void add(std::string_view bytes);
  void end_file();
  void finish();

 private:
  struct Header;
  void entry(Header& header, const std::string& path, unsigned mode, std::uint64_t size,
             std::string pax, const std::string& id);
  void seal(Header& header, unsigned mode, std::uint64_t size) const;
  void pax(char type, const std::string& name, const std::string& text);
  void pad(std::size_t to);

  Sink sink_;
  std::int64_t time_;
  std::uint64_t written_ = 0;
};

}  // namespace hn::cli
