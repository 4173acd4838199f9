// The counter-based generator of src/weft/random.py, bit for bit; formula and source stand there.
#pragma once

#include <cstdint>

namespace weft {

constexpr uint64_t random_golden = 0x9E3779B97F4A7C15u;

// Words: uint64_t, or lanes of it.
template <typename Words>
inline Words random_mix(Words bits) {
  bits = (bits ^ (bits >> 30)) * uint64_t(0xBF58476D1CE4E5B9u);
  bits = (bits ^ (bits >> 27)) * uint64_t(0x94D049BB133111EBu);
  return bits ^ (bits >> 31);
}

// State for a seed alone; each counter is then added by random_next.
inline uint64_t random_start(int64_t seed) { return random_mix(uint64_t(seed) + random_golden); }

inline uint64_t random_next(uint64_t state, int64_t counter) {
  return random_mix((state ^ uint64_t(counter)) + random_golden);
}

// The 24 bits that uniforms and masks are made of: kept when they are at least the threshold of keep_threshold().
inline uint32_t random_top_bits(uint64_t state) { return uint32_t(state >> 40); }

}  // namespace weft
