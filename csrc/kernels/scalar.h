// Scalar types of the kernels: 16-bit floats are stored as 16 bits and computed in float.
//
// bfloat16 and IEEE half are plain structs with conversions, so that every compiler that speaks C++20 builds them; with
// F16C (x86-64-v3 and up) half goes through the CPU's own instruction.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#if defined(__F16C__)
#include <immintrin.h>
#endif

namespace weft {

struct bfloat16 {
  uint16_t bits;
  bfloat16() = default;
  explicit bfloat16(float value) {
    const uint32_t word = std::bit_cast<uint32_t>(value);
    // Round to nearest, ties to even; a NaN stays a NaN (its payload could otherwise round up to infinity).
    const uint32_t rounded = (word + 0x7FFFu + ((word >> 16) & 1u)) >> 16;
    bits = (word & 0x7FFFFFFFu) > 0x7F800000u ? uint16_t((word >> 16) | 0x40u) : uint16_t(rounded);
  }
  explicit operator float() const { return std::bit_cast<float>(uint32_t(bits) << 16); }
};

struct float16 {
  uint16_t bits;
  float16() = default;
#if defined(__F16C__)
  explicit float16(float value) : bits(uint16_t(_cvtss_sh(value, _MM_FROUND_TO_NEAREST_INT))) {}
  explicit operator float() const { return _cvtsh_ss(bits); }
#else
  explicit float16(float value) {
    const uint32_t word = std::bit_cast<uint32_t>(value);
    const uint32_t sign = (word >> 16) & 0x8000u;
    const uint32_t magnitude = word & 0x7FFFFFFFu;
    if (magnitude > 0x7F800000u) {
      bits = uint16_t(sign | 0x7E00u);  // NaN
    } else if (magnitude >= 0x477FF000u) {
      bits = uint16_t(sign | 0x7C00u);  // rounds past 65504: infinity
    } else if (magnitude >= 0x38800000u) {
      const uint32_t rebased = magnitude - 0x38000000u;
      bits = uint16_t(sign | ((rebased + 0x0FFFu + ((rebased >> 13) & 1u)) >> 13));
    } else {
      // Subnormal half: adding 0.5 aligns the mantissa so that the float unit itself rounds to nearest even.
      const float aligned = std::bit_cast<float>(magnitude) + 0.5f;
      bits = uint16_t(sign | (std::bit_cast<uint32_t>(aligned) - 0x3F000000u));
    }
  }
  explicit operator float() const {
    const uint32_t sign = uint32_t(bits & 0x8000u) << 16;
    const uint32_t exponent = (bits >> 10) & 0x1Fu;
    const uint32_t mantissa = bits & 0x3FFu;
    if (exponent == 31) return std::bit_cast<float>(sign | 0x7F800000u | (mantissa << 13));
    if (exponent != 0) return std::bit_cast<float>(sign | ((exponent + 112u) << 23) | (mantissa << 13));
    const float value = float(mantissa) * 5.9604644775390625e-8f;  // 2^-24
    return std::bit_cast<float>(sign | std::bit_cast<uint32_t>(value));
  }
#endif
};

// The type sums are kept in: float for the 16-bit types, the type itself otherwise.
template <typename T>
struct accumulator {
  using type = T;
};
template <>
struct accumulator<bfloat16> {
  using type = float;
};
template <>
struct accumulator<float16> {
  using type = float;
};
template <typename T>
using accumulator_t = typename accumulator<T>::type;

}  // namespace weft
