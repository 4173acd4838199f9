// C interface of kernels/segment_mm.h.
#include "kernels/segment_mm.h"

#include <new>

#include "export.h"

using namespace weft;

namespace {

// Calls body(type_tag<T>{}, type_tag<Index>{}); memory that is not there becomes a status.
template <typename Body>
int32_t with_types(int32_t dtype, int32_t index_bits, Body&& body) {
  try {
    return with_dtype(dtype, [&](auto dtype_tag) {
      return with_index(index_bits, [&](auto index_tag) { return body(dtype_tag, index_tag); });
    });
  } catch (const std::bad_alloc&) {
    return out_of_memory;
  }
}

}  // namespace

// `order` may be null.
WEFT_EXPORT int32_t weft_segment_mm(const int64_t* offsets, int64_t num_segments, const void* order, int64_t num_rows,
                                    const void* a, int64_t depth, const void* b, int64_t row_stride,
                                    int64_t column_stride, int64_t columns, void* out, int32_t dtype,
                                    int32_t index_bits, int32_t num_threads) {
  return with_types(dtype, index_bits, [&](auto dtype_tag, auto index_tag) {
    using T = typename decltype(dtype_tag)::type;
    using Index = typename decltype(index_tag)::type;
    const segment_mm_task<T, Index> task{offsets,
                                         num_segments,
                                         static_cast<const Index*>(order),
                                         num_rows,
                                         static_cast<const T*>(a),
                                         depth,
                                         static_cast<const T*>(b),
                                         row_stride,
                                         column_stride,
                                         columns,
                                         static_cast<T*>(out)};
    return segment_mm(task, num_threads);
  });
}

// `order` may be null.
WEFT_EXPORT int32_t weft_segment_outer(const int64_t* offsets, int64_t num_segments, const void* order,
                                       int64_t num_rows, const void* a, int64_t depth, const void* g, int64_t columns,
                                       void* total, int32_t dtype, int32_t index_bits, int32_t num_threads) {
  return with_types(dtype, index_bits, [&](auto dtype_tag, auto index_tag) {
    using T = typename decltype(dtype_tag)::type;
    using Index = typename decltype(index_tag)::type;
    const segment_outer_task<T, Index> task{offsets,
                                            num_segments,
                                            static_cast<const Index*>(order),
                                            num_rows,
                                            static_cast<const T*>(a),
                                            depth,
                                            static_cast<const T*>(g),
                                            columns,
                                            static_cast<T*>(total)};
    return segment_outer(task, num_threads);
  });
}
