// Format: gitrepository-layout(5), objects.
#include "git/loose_file.hpp"

#include <zlib.h>

#include "hn/base/error.hpp"

namespace hn::git {
namespace {

// A few objects at most are written so; one that is longer goes into a pack.
Bytes deflated(ByteView head, ByteView bytes) {
  Bytes plain = to_bytes(head);
  plain.insert(plain.end(), bytes.begin(), bytes.end());
  uLongf size = compressBound(static_cast<uLong>(plain.size()));
  Bytes out(size);
  const int state =
      compress2(out.data(), &size, plain.data(), static_cast<uLong>(plain.size()), Z_BEST_SPEED);
  if (state != Z_OK) throw Failure(Code::io, "no memory to compress with");
  out.resize(size);
  return out;
}

}  // namespace

void write_loose(os::FileSystem& fs, const std::string& objects, const std::string& unique,
                 Type type, const GitId& id, ByteView bytes) {
  const std::string hex = to_hex(id);
  const std::string folder = objects + "/" + hex.substr(0, 2);
  const std::string path = folder + "/" + hex.substr(2);
  if (fs.stat(path)) return;
  if (!fs.stat(folder)) {
    fs.make_folder(folder);
    fs.sync_folder(objects);
  }
  std::string head(name_of(type));
  head.append(" ").append(std::to_string(bytes.size())).push_back('\0');
  const std::string temporary = folder + "/tmp_obj_" + unique;
  {
    const auto file = fs.open(temporary, os::Access::create);
    file->truncate(0);
    file->write_at(0, deflated(as_bytes(head), bytes));
    file->sync();
  }
  fs.rename(temporary, path);
  fs.sync_folder(folder);
}

}  // namespace hn::git
