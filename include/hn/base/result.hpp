#pragma once

#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "hn/base/assert.hpp"
#include "hn/base/bytes.hpp"
#include "hn/base/error.hpp"

namespace hn {

// Wraps an error on its way into a Result, as std::unexpected does.
template <class E>
class Unexpected {
 public:
  constexpr explicit Unexpected(E e) : error_(std::move(e)) {}
  constexpr const E& error() const& noexcept { return error_; }
  constexpr E&& error() && noexcept { return std::move(error_); }

 private:
  E error_;
};

// A value or the error that a caller is expected to handle; the names are std::expected's, which
// neither g++ 12 nor clang 14 has. Access to the side that is not there is an assertion.
template <class T, class E = Error>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  using error_type = E;

  Result(T value)
      : v_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(Unexpected<E> e)                                // NOLINT(google-explicit-constructor)
      : v_(std::in_place_index<1>, std::move(e).error()) {}

  bool has_value() const noexcept { return v_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  T& value() & { return check(), std::get<0>(v_); }
  const T& value() const& { return check(), std::get<0>(v_); }
  T&& value() && { return check(), std::get<0>(std::move(v_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const E& error() const {
    HN_ASSERT(!has_value());
    return std::get<1>(v_);
  }

 private:
  void check() const { HN_ASSERT(has_value()); }
  std::variant<T, E> v_;
};

// A Result without a value.
template <class E>
class [[nodiscard]] Result<void, E> {
 public:
  using value_type = void;
  using error_type = E;

  Result() = default;
  Result(Unexpected<E> e) : e_(std::move(e).error()) {}  // NOLINT(google-explicit-constructor)

  bool has_value() const noexcept { return !e_.has_value(); }
  explicit operator bool() const noexcept { return has_value(); }
  const E& error() const {
    HN_ASSERT(e_.has_value());
    return *e_;
  }

 private:
  std::optional<E> e_;
};

inline Unexpected<Error> fail(Code code, const char* rule) {
  return Unexpected<Error>(Error{code, rule, {}});
}
inline Unexpected<Error> fail(Code code, const char* rule, const Hash& subject) {
  return Unexpected<Error>(Error{code, rule, subject});
}
inline Unexpected<Error> fail(const Error& e) {
  return Unexpected<Error>(e);
}

}  // namespace hn

#define HN_CONCAT_(a, b) a##b
#define HN_CONCAT(a, b) HN_CONCAT_(a, b)

// HN_TRY(auto x, f()): x becomes f's value, or the enclosing function returns f's error.
#define HN_TRY(decl, expr) HN_TRY_(decl, expr, HN_CONCAT(hn_try_, __LINE__))
#define HN_TRY_(decl, expr, tmp)                  \
  auto tmp = (expr);                              \
  if (!tmp) return ::hn::Unexpected(tmp.error()); \
  decl = std::move(tmp).value()

// The same where there is no value to keep.
#define HN_CHECK(expr)                                        \
  do {                                                        \
    auto hn_check = (expr);                                   \
    if (!hn_check) return ::hn::Unexpected(hn_check.error()); \
  } while (false)
