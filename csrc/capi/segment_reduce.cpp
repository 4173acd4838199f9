// C interface of kernels/segment_reduce.h.
#include "kernels/segment_reduce.h"

#include "export.h"

using namespace weft;

WEFT_EXPORT int32_t weft_segment_reduce(const int64_t* offsets, int64_t num_segments, const void* values,
                                        int64_t num_values, int64_t width, int32_t op, void* out, int64_t* arg,
                                        int32_t dtype, int32_t num_threads) {
  return with_dtype(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    return segment_reduce(offsets, num_segments, static_cast<const T*>(values), num_values, width, op,
                          static_cast<T*>(out), arg, num_threads);
  });
}

WEFT_EXPORT int32_t weft_segment_reduce_backward(const int64_t* offsets, int64_t num_segments, const void* grad,
                                                 const int64_t* arg, int64_t num_values, int64_t width, int32_t op,
                                                 void* grad_values, int32_t dtype, int32_t num_threads) {
  return with_dtype(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    return segment_reduce_backward(offsets, num_segments, static_cast<const T*>(grad), arg, num_values, width, op,
                                   static_cast<T*>(grad_values), num_threads);
  });
}
