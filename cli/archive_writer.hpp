#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace hn::cli {

// What hn archive writes into, entry by entry.
class ArchiveWriter {
 public:
  using Sink = std::function<void(std::string_view)>;
  // Passes the bytes of a file on, in pieces; may be asked several times.
  using Content = std::function<void(const Sink&)>;

  virtual ~ArchiveWriter() = default;

  // The id of the commit that is packed, before all else.
  virtual void comment(const std::string& text) = 0;
  // A folder; its name ends with a slash. `id` is that of what is packed.
  virtual void folder(const std::string& path, const std::string& id) = 0;
  virtual void link(const std::string& path, const std::string& target, const std::string& id) = 0;
  virtual void file(const std::string& path, bool executable, std::uint64_t size,
                    const std::string& id, const Content& content) = 0;
  virtual void finish() = 0;
};

}  // namespace hn::cli
