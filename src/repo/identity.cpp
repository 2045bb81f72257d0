#include "hn/repo/identity.hpp"

#include <algorithm>

#include "hn/base/error.hpp"
#include "hn/base/text.hpp"
#include "hn/os/private_file.hpp"

namespace hn::repo {
namespace {

// A key file is one line: what it is, its format, 64 hexadecimal digits.
constexpr std::string_view kDeviceKind = "hn-device-key 0 ";
constexpr std::string_view kTransportKind = "hn-transport-key 0 ";

using Secret = std::array<Byte, 32>;

std::string device_path(const World& world, const Instance& instance) {
  return world.folders.data + "/devices/" + to_hex(instance) + ".key";
}

void write_secret(const World& world, const std::string& path, std::string_view kind,
                  const Secret& secret) {
  os::make_folders(world.fs, os::parent_of(path));
  std::string line(kind);
  line += to_hex(secret) + "\n";
  os::write_private_file(world.fs, path, as_bytes(line));
  crypto::wipe({reinterpret_cast<Byte*>(line.data()), line.size()});
}

Secret read_secret(const World& world, const std::string& path, std::string_view kind) {
  const Bytes file = os::read_file(world.fs, path);
  const std::string_view text = as_text(file);
  const auto bytes = text.starts_with(kind) && text.ends_with('\n')
                         ? from_hex(text.substr(kind.size(), text.size() - kind.size() - 1))
                         : std::nullopt;
  if (!bytes || bytes->size() != Secret{}.size()) {
    throw Failure(Code::no_key, "the key file " + path + " is damaged",
                  "restore it from a backup, or become a new device: hn device new LINK");
  }
  Secret secret{};
  std::ranges::copy(*bytes, secret.begin());
  return secret;
}

}  // namespace

crypto::SigningKey make_device_key(const World& world, const Instance& instance) {
  crypto::SigningKey key = crypto::SigningKey::generate(world.random);
  write_secret(world, device_path(world, instance), kDeviceKind, key.seed());
  return key;
}

crypto::SigningKey load_device_key(const World& world, const Instance& instance) {
  const std::string path = device_path(world, instance);
  if (!world.fs.stat(path)) throw Failure(Code::no_key, "the key of this device is not at " + path);
  return crypto::SigningKey::from_seed(read_secret(world, path, kDeviceKind));
}

void forget_device_key(const World& world, const Instance& instance) {
  const std::string path = device_path(world, instance);
  if (world.fs.stat(path)) world.fs.remove(path);
}

crypto::AgreementKey transport_key(const World& world) {
  const std::string path = world.folders.data + "/transport.key";
  if (world.fs.stat(path)) {
    return crypto::AgreementKey::from_secret(read_secret(world, path, kTransportKind));
  }
  const crypto::AgreementKey key = crypto::AgreementKey::generate(world.random);
  write_secret(world, path, kTransportKind, key.secret());
  // Two processes may have made one each at the same time: the file decides.
  return crypto::AgreementKey::from_secret(read_secret(world, path, kTransportKind));
}

}  // namespace hn::repo
