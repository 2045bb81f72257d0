#pragma once

#include "hn/repo/repository.hpp"

// Making repositories on this machine, and saying whose a moved one is.
namespace hn::repo {

struct InitRequest {
  std::string folder;  // absolute; made if it is not there
  std::string label;   // the device's; empty: the machine's name
  std::string default_branch = "main";
  log::Visibility visibility = log::Visibility::members;
};

// A new repository with this device as its founder. Failure exists where there is one, unsupported
// for a sealed one.
Repository init(const World& world, const InitRequest& request);

// The empty store of a clone: it knows which repository it is going to hold, and has a device key.
Repository init_clone(const World& world, const std::string& folder, const log::EntryId& repository,
                      const std::string& label);

// Once the log of a clone is here: puts the working tree on the default branch, without files.
void adopt_default_branch(Repository& repository);

// A label for this machine that keeps the rules, from its host name.
std::string default_label(const World& world);

// The store was moved and the original is gone: this is its place now. Answers the place that it
// remembered.
std::string device_moved(Repository& repository);
// Takes that back for good: a peer has seen the original go on, so this store is a copy, and stays
// one until device_renewed().
void device_is_copy(Repository& repository, const std::string& place);
bool is_known_copy(const Repository& repository);

// The store is a copy: it becomes a device of its own, with a new key that must be granted. Drafts
// stay and go on under it. Durable on return.
void device_renewed(Repository& repository, const std::string& label);
// What that replaces, to be put back where it is certain that nobody has let the new device in. The
// key files stay in any case.
struct Identity {
  Bytes store;                // the record of the store
  std::optional<Bytes> copy;  // that it is known to be a copy
  std::vector<std::pair<std::string, Bytes>> invitations;
};
Identity identity_of(const Repository& repository);
void restore_identity(Repository& repository, const Identity& identity);

// Takes a clone away that was begun and has nothing in it yet: its .hn and the key of its
// device. `repository` is of no use afterwards.
void remove_empty_clone(Repository& repository);

// Takes away what init() made, whole or in part: .hn and, where it is known, the key of the device.
// For whoever made it just now and could not go on.
void remove_repository(const World& world, const Layout& layout,
                       const std::optional<Instance>& instance);

}  // namespace hn::repo
