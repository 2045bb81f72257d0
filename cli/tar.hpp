#pragma once

#include "archive_writer.hpp"

namespace hn::cli {

// Writes a tape archive as git archive writes it, byte for byte: ustar headers, pax headers for
// names that they cannot hold, records of 10240 bytes. Holds a block in memory, never a file.
class TarWriter final : public ArchiveWriter {
 public:
  // All entries get this time.
  TarWriter(Sink sink, std::int64_t time) : sink_(std::move(sink)), time_(time) {}

  // In the global header.
  void comment(const std::string& text) override;
  // `id` names the pax header that an entry may need.
  void folder(const std::string& path, const std::string& id) override;
  void link(const std::string& path, const std::string& target, const std::string& id) override;
  void file(const std::string& path, bool executable, std::uint64_t size, const std::string& id,
            const Content& content) override;
  void finish() override;

 private:
  struct Header;
  void entry(Header& header, const std::string& path, unsigned mode, std::uint64_t size,
             std::string pax, const std::string& id);
  void seal(Header& header, unsigned mode, std::uint64_t size) const;
  void pax(char type, const std::string& name, const std::string& text);
  void add(std::string_view bytes);
  void pad(std::size_t to);

  Sink sink_;
  std::int64_t time_;
  std::uint64_t written_ = 0;
};

}  // namespace hn::cli
