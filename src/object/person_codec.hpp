#pragma once

#include "hn/base/codec.hpp"
#include "hn/object/commit.hpp"

// What commits and tags share: hn-objects(5), section COMMITS.
namespace hn::object {

// Each answers the rule that is broken, nullptr if none.
const char* fault_of(const Person& person) noexcept;
const char* fault_of(const std::vector<Header>& headers) noexcept;
const char* fault_of(const GitId& git) noexcept;

void put_person(Encoder& out, const Person& person);
void put_headers(Encoder& out, const std::vector<Header>& headers);
void put_git(Encoder& out, const GitId& git);

Person get_person(Decoder& in);
std::vector<Header> get_headers(Decoder& in);
GitId get_git(Decoder& in) noexcept;
// A string behind its length.
std::string get_text(Decoder& in);

}  // namespace hn::object
