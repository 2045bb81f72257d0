#pragma once

#include <string>

#include "hn/crypto/box.hpp"
#include "hn/crypto/sign.hpp"
#include "hn/repo/world.hpp"

// Keys of this user on this machine, under XDG's data folder, never inside a repository: a copied
// folder must not carry the right to sign.
namespace hn::repo {

// What tells a store from all others; made with it.
using Instance = std::array<Byte, 16>;

// A new device key, durable on return.
crypto::SigningKey make_device_key(const World& world, const Instance& instance);
// Throws Failure no_key where there is none.
crypto::SigningKey load_device_key(const World& world, const Instance& instance);

// Of a store that never came to be. One that is not there is fine.
void forget_device_key(const World& world, const Instance& instance);

// The key of this user and machine as a peer; made at the first use.
crypto::AgreementKey transport_key(const World& world);

}  // namespace hn::repo
