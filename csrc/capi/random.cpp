// C interface of kernels/random.h, for the test that it equals src/weft/random.py.
#include "kernels/random.h"

#include "export.h"
#include "kernels/dispatch.h"

// bits[i * num_second + j] for the counters (first + i, second + j).
WEFT_EXPORT int32_t weft_hash_bits(int64_t seed, int64_t first, int64_t num_first, int64_t second, int64_t num_second,
                                   int64_t* bits) {
  const uint64_t start = weft::random_start(seed);
  for (int64_t i = 0; i < num_first; ++i) {
    const uint64_t state = weft::random_next(start, first + i);
    for (int64_t j = 0; j < num_second; ++j) {
      bits[i * num_second + j] = int64_t(weft::random_next(state, second + j));
    }
  }
  return weft::ok;
}
