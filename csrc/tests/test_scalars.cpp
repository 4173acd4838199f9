// 16-bit floats: every bit pattern survives the way to float and back, and rounding is to nearest, ties to even.
#include <bit>
#include <cmath>
#include <limits>

#include "kernels/scalar.h"
#include "testing.h"

using weft::testing::check;

namespace {

template <typename Half>
void every_pattern_survives() {
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    Half half;
    half.bits = uint16_t(bits);
    const float value = float(half);
    const Half back(value);
    if (std::isnan(value)) {
      check(std::isnan(float(back)), "a NaN stays a NaN");
    } else {
      check(back.bits == half.bits, "a 16-bit value survives the way through float");
    }
  }
}

}  // namespace

void test_scalars() {
  every_pattern_survives<weft::bfloat16>();
  every_pattern_survives<weft::float16>();
  constexpr float infinity = std::numeric_limits<float>::infinity();
  check(float(weft::float16(65504.0f)) == 65504.0f, "the largest half");
  check(float(weft::float16(65520.0f)) == infinity, "past the largest half is infinity");
  check(float(weft::float16(1.0f + 1.0f / 2048)) == 1.0f, "a tie rounds to even");
  check(float(weft::float16(1.0f + 3.0f / 2048)) == 1.0f + 1.0f / 512, "a tie rounds to even, upwards");
  check(float(weft::float16(std::ldexp(1.0f, -24))) == std::ldexp(1.0f, -24), "the smallest half");
  check(float(weft::float16(std::ldexp(1.0f, -26))) == 0.0f, "below half the smallest half is 0");
  check(float(weft::bfloat16(1.0f + 1.0f / 256)) == 1.0f, "a tie rounds to even");
  check(float(weft::bfloat16(std::numeric_limits<float>::max())) == infinity, "the largest float rounds to infinity");
}
