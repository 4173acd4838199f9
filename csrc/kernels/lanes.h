// `lanes_t<A, W>`: W numbers that are added, multiplied and compared as one, written once for every instruction set.
//
// They are the vector extensions of GCC and Clang (which lower them to whatever the CPU has); elsewhere only W = 1,
// plain numbers, is used. Storage type T and computing type A differ for the 16-bit floats only.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "scalar.h"

#if defined(__GNUC__)
#define WEFT_INLINE inline __attribute__((always_inline))
#else
#define WEFT_INLINE inline
#endif

namespace weft {

#if !defined(__GNUC__)
inline constexpr int register_bytes = 4;
#elif defined(__AVX512F__)
inline constexpr int register_bytes = 64;
#elif defined(__AVX__)
inline constexpr int register_bytes = 32;
#else
inline constexpr int register_bytes = 16;
#endif

// Lanes in one register of computing type A.
template <typename A>
inline constexpr int native_lanes = register_bytes >= 16 ? int(register_bytes / sizeof(A)) : 1;

template <typename A, int W>
struct lanes_of {
#if defined(__GNUC__)
  typedef A type __attribute__((vector_size(W * sizeof(A))));
#endif
};
template <typename A>
struct lanes_of<A, 1> {
  using type = A;
};
template <typename A, int W>
using lanes_t = typename lanes_of<A, W>::type;

// Unsigned and signed integers as wide as A.
template <typename A>
using bits_of = std::conditional_t<sizeof(A) == 8, uint64_t, uint32_t>;
template <typename A>
using int_of = std::conditional_t<sizeof(A) == 8, int64_t, int32_t>;

template <typename To, typename From>
WEFT_INLINE To recast(const From& from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  std::memcpy(&to, &from, sizeof(To));
  return to;
}

// All lanes equal to `value`. Subtracting zero keeps the sign of a zero and costs nothing: it is folded away.
template <typename A, int W>
WEFT_INLINE lanes_t<A, W> fill(A value) {
  if constexpr (W == 1) {
    return value;
  } else {
    return value - lanes_t<A, W>{};
  }
}

// W numbers from memory of any alignment.
template <typename A, int W, typename T>
WEFT_INLINE lanes_t<A, W> load(const T* from) {
  if constexpr (std::is_same_v<T, A>) {
    lanes_t<A, W> value;
    std::memcpy(&value, from, sizeof(value));
    return value;
  } else if constexpr (W == 1) {
    return A(*from);
  } else if constexpr (std::is_same_v<T, bfloat16>) {
    lanes_t<uint16_t, W> narrow;
    std::memcpy(&narrow, from, sizeof(narrow));
    return recast<lanes_t<A, W>>(__builtin_convertvector(narrow, lanes_t<uint32_t, W>) << 16);
  } else {
#if defined(__AVX512F__)
    if constexpr (W == 16)
      return recast<lanes_t<A, W>>(_mm512_maskz_cvtph_ps(0xFFFF, _mm256_loadu_si256((const __m256i*)from)));
#endif
#if defined(__F16C__)
    if constexpr (W == 8) return recast<lanes_t<A, W>>(_mm256_cvtph_ps(_mm_loadu_si128((const __m128i*)from)));
    if constexpr (W == 4) return recast<lanes_t<A, W>>(_mm_cvtph_ps(_mm_loadl_epi64((const __m128i*)from)));
#endif
    lanes_t<A, W> value;
    for (int i = 0; i < W; ++i) value[i] = A(from[i]);
    return value;
  }
}

template <typename A, int W, typename T>
WEFT_INLINE void store(T* to, lanes_t<A, W> value) {
  if constexpr (std::is_same_v<T, A>) {
    std::memcpy(to, &value, sizeof(value));
  } else if constexpr (W == 1) {
    *to = T(value);
  } else if constexpr (std::is_same_v<T, bfloat16>) {
    using words = lanes_t<uint32_t, W>;
    const words word = recast<words>(value);
    const words rounded = (word + 0x7FFFu + ((word >> 16) & 1u)) >> 16;
    const words nan = (word >> 16) | 0x40u;
    const auto narrow =
        __builtin_convertvector((word & 0x7FFFFFFFu) > 0x7F800000u ? nan : rounded, lanes_t<uint16_t, W>);
    std::memcpy(to, &narrow, sizeof(narrow));
  } else {
#if defined(__AVX512F__)
    if constexpr (W == 16) {
      const __m256i half = _mm512_maskz_cvtps_ph(0xFFFF, recast<__m512>(value), _MM_FROUND_TO_NEAREST_INT);
      std::memcpy(to, &half, sizeof(half));
      return;
    }
#endif
#if defined(__F16C__)
    if constexpr (W == 8 || W == 4) {
      __m128i half;
      if constexpr (W == 8) half = _mm256_cvtps_ph(recast<__m256>(value), _MM_FROUND_TO_NEAREST_INT);
      if constexpr (W == 4) half = _mm_cvtps_ph(recast<__m128>(value), _MM_FROUND_TO_NEAREST_INT);
      std::memcpy(to, &half, W * sizeof(uint16_t));
      return;
    }
#endif
    for (int i = 0; i < W; ++i) to[i] = T(value[i]);
  }
}

// Flips the sign of every lane when `mask` is the sign bit, leaves them when it is 0.
template <typename A, int W>
WEFT_INLINE lanes_t<A, W> flip_sign(lanes_t<A, W> value, bits_of<A> mask) {
  return recast<lanes_t<A, W>>(recast<lanes_t<bits_of<A>, W>>(value) ^ mask);
}
template <typename A>
inline constexpr bits_of<A> sign_bit = bits_of<A>(1) << (8 * sizeof(A) - 1);

// Sum of all lanes, halving: always the same order.
template <typename A, int W>
WEFT_INLINE A sum_lanes(lanes_t<A, W> value) {
  if constexpr (W == 1) {
    return value;
  } else {
    lanes_t<A, W / 2> low, high;
    std::memcpy(&low, &value, sizeof(low));
    std::memcpy(&high, reinterpret_cast<const char*>(&value) + sizeof(low), sizeof(high));
    return sum_lanes<A, W / 2>(low + high);
  }
}

WEFT_INLINE void prefetch(const void* address) {
#if defined(__GNUC__)
  __builtin_prefetch(address, 0, 3);
#else
  (void)address;
#endif
}

WEFT_INLINE void prefetch_write(const void* address) {
#if defined(__GNUC__)
  __builtin_prefetch(address, 1, 3);
#else
  (void)address;
#endif
}

}  // namespace weft
