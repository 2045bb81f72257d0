#pragma once

#include <git2.h>
#include <git2/sys/odb_backend.h>

// The functions of libgit2 that hn calls, bound by library::start(), before which none may be
// called. In namespace hn::git each of these names is such a pointer, which hides the function of
// libgit2's headers: a call looks as ever, and one of a function that is not listed does not link.
namespace hn::git {

// clang-format off
#define HN_LIBGIT2_FUNCTIONS(F) \
  F(git_checkout_options_init) \
  F(git_checkout_tree) \
  F(git_error_last) \
  F(git_index_free) \
  F(git_index_read_tree) \
  F(git_index_write) \
  F(git_libgit2_init) \
  F(git_libgit2_opts) \
  F(git_object_free) \
  F(git_object_lookup) \
  F(git_object_peel) \
  F(git_odb_exists_ext) \
  F(git_odb_free) \
  F(git_odb_get_backend) \
  F(git_odb_num_backends) \
  F(git_odb_object_data) \
  F(git_odb_object_free) \
  F(git_odb_object_size) \
  F(git_odb_read) \
  F(git_odb_read_header) \
  F(git_odb_refresh) \
  F(git_odb_stream_free) \
  F(git_odb_write) \
  F(git_oid_fromraw) \
  F(git_reference_free) \
  F(git_reference_iterator_free) \
  F(git_reference_iterator_new) \
  F(git_reference_lookup) \
  F(git_reference_name_is_valid) \
  F(git_reference_name_to_id) \
  F(git_reference_next_name) \
  F(git_reference_symbolic_target) \
  F(git_repository_commondir) \
  F(git_repository_free) \
  F(git_repository_index) \
  F(git_repository_init_ext) \
  F(git_repository_init_options_init) \
  F(git_repository_is_bare) \
  F(git_repository_odb) \
  F(git_repository_open_ext) \
  F(git_signature_free) \
  F(git_signature_now) \
  F(git_status_byindex) \
  F(git_status_list_entrycount) \
  F(git_status_list_free) \
  F(git_status_list_new) \
  F(git_status_options_init) \
  F(git_transaction_commit) \
  F(git_transaction_free) \
  F(git_transaction_lock_ref) \
  F(git_transaction_new) \
  F(git_transaction_remove) \
  F(git_transaction_set_target)
// clang-format on

#define HN_LIBGIT2_DECLARE(name) extern decltype(&::name) name;
HN_LIBGIT2_FUNCTIONS(HN_LIBGIT2_DECLARE)
#undef HN_LIBGIT2_DECLARE

// Failure (io) where libgit2 cannot be loaded.
void load_libgit2();

}  // namespace hn::git
