#pragma once

#include <optional>

#include "archive_writer.hpp"

namespace hn::cli {

// Writes a zip archive as git archive writes it in UTC, byte for byte where no file is longer than
// 512 MiB. Holds a file of some megabytes in memory; longer ones are compressed twice, the first
// time to learn how long they get. The directory is in memory to the end.
class ZipWriter final : public ArchiveWriter {
 public:
  // All entries get this time.
  ZipWriter(Sink sink, std::int64_t time);

  void comment(const std::string& text) override { comment_ = text; }
  void folder(const std::string& path, const std::string& id) override;
  void link(const std::string& path, const std::string& target, const std::string& id) override;
  void file(const std::string& path, bool executable, std::uint64_t size, const std::string& id,
            const Content& content) override;
  void finish() override;

 private:
  struct Entry;
  // What a file becomes.
  struct Packed {
    std::uint64_t length = 0;
    std::uint32_t checksum = 0;
    bool deflated = false;
    bool text = false;
    std::optional<std::string> bytes;  // where they are few
  };
  static Packed packed(std::uint64_t size, bool deflate, const Content& content);

  void begin(const Entry& entry);
  void list(const Entry& entry);
  void write(std::string_view bytes);
  void write_large_end();

  Sink sink_;
  std::uint32_t time_;
  std::uint16_t dos_time_ = 0;
  std::uint16_t dos_date_ = 0;
  std::uint64_t written_ = 0;
  std::uint64_t entries_ = 0;
  std::uint16_t creator_max_ = 0;
  std::string directory_;
  std::string comment_;
};

}  // namespace hn::cli
