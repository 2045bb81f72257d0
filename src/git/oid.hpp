#pragma once

#include "hn/git/form.hpp"

namespace hn::git {

// Git's id, of either length; all ids of one repository have the same.
using Oid = GitId;

}  // namespace hn::git
