// C interface of kernels/farthest_points.h.
#include "kernels/farthest_points.h"

#include <new>

#include "export.h"

using namespace weft;

WEFT_EXPORT int32_t weft_farthest_points(const void* points, const int64_t* starts, int64_t num_clouds,
                                         int64_t num_points, int64_t dim, int64_t count, int32_t dtype, int64_t* out,
                                         int32_t num_threads) {
  try {
    const auto run = [&](auto tag) {
      using T = typename decltype(tag)::type;
      return farthest_points(static_cast<const T*>(points), starts, num_clouds, num_points, dim, count, out,
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
