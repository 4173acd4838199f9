// C interface of kernels/nearest_candidates.h.
#include "kernels/nearest_candidates.h"

#include <new>

#include "export.h"

using namespace weft;

WEFT_EXPORT int32_t weft_nearest_candidates(const void* points, const int64_t* candidates, int64_t num_points,
                                            int64_t dim, int64_t width, int64_t count, int32_t dtype, int64_t* out,
                                            int32_t num_threads) {
  try {
    const auto run = [&](auto tag) {
      using T = typename decltype(tag)::type;
      return nearest_candidates(static_cast<const T*>(points), candidates, num_points, dim, width, count, out,
                                num_threads);
    };
    switch (dtype) {
      case code_float32: return run(type_tag<float>{});
      case code_float64: return run(type_tag<double>{});
      default: return unknown_dtype;
    }
  } catch (const std::bad_alloc&) {
    return out_of_memory;
  }
}
