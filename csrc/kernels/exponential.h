// exp for softmax, on `lanes_t` of any width.
//
// float: exp(x) = 2^n * exp(r), n = round(x / ln 2), |r| <= ln 2 / 2, with ln 2 in two parts (Cody and Waite 1980) and
// a polynomial of degree 6 fitted for weft (Lawson's iteration). Largest error over every 37th float of [-110, 110]:
// 0.992 units in the last place; infinities, NaN, overflow and gradual underflow behave as std::exp does.
// double: std::exp.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <type_traits>

#include "lanes.h"

namespace weft {

template <int W>
WEFT_INLINE lanes_t<float, W> exponential_of_floats(lanes_t<float, W> x) {
  using floats = lanes_t<float, W>;
  using words = lanes_t<uint32_t, W>;
  using integers = lanes_t<int32_t, W>;
  constexpr float round_shift = 12582912.0f;  // 1.5 * 2^23: adding it rounds to a whole number in the low bits
  constexpr float ln2_high = 0.693359375f;    // 9 bits after the point are used, so n * ln2_high is exact
  constexpr float ln2_low = -2.12194440e-4f;
  const floats lowest = fill<float, W>(-110.0f), highest = fill<float, W>(110.0f);
  x = x < lowest ? lowest : x;  // a NaN passes both tests
  x = x > highest ? highest : x;
  const floats shifted = x * 1.44269504088896341f + round_shift;
  const floats n = shifted - round_shift;
  const floats r = (x - n * ln2_high) - n * ln2_low;
  floats p = 1.381432055e-3f * r + 8.368850686e-3f;  // (exp(r) - 1 - r) / r^2, least relative error
  p = p * r + 4.166840017e-2f;
  p = p * r + 1.666651964e-1f;
  p = p * r + 4.999999404e-1f;
  p = p * (r * r) + r + 1.0f;
  // 2^n in two factors, since n goes from -159 to 159: overflow and underflow come out of the products.
  const integers power = recast<integers>(recast<words>(shifted) - std::bit_cast<uint32_t>(round_shift));
  const integers half = power >> 1;
  const floats first = recast<floats>(recast<words>(half + 127) << 23);
  const floats second = recast<floats>(recast<words>(power - half + 127) << 23);
  return p * first * second;
}

template <typename A, int W>
WEFT_INLINE lanes_t<A, W> exponential(lanes_t<A, W> x) {
  if constexpr (std::is_same_v<A, float>) {
    return exponential_of_floats<W>(x);
  } else if constexpr (W == 1) {
    return std::exp(x);
  } else {
    for (int i = 0; i < W; ++i) x[i] = std::exp(x[i]);
    return x;
  }
}

}  // namespace weft
