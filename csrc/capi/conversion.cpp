// C interface of kernels/conversion.h.
#include "kernels/conversion.h"

#include <new>

#include "export.h"

using namespace weft;

WEFT_EXPORT int32_t weft_coo_to_compressed(const void* rows, const void* cols, int64_t num_edges, int64_t num_rows,
                                           int64_t num_cols, int32_t in_bits, int64_t* indptr, void* indices,
                                           void* eids, int32_t out_bits, int32_t num_threads) {
  try {
    return with_index(in_bits, [&](auto in_tag) {
      using In = typename decltype(in_tag)::type;
      return with_index(out_bits, [&](auto out_tag) {
        using Out = typename decltype(out_tag)::type;
        return coo_to_compressed(static_cast<const In*>(rows), static_cast<const In*>(cols), num_edges, num_rows,
                                 num_cols, indptr, static_cast<Out*>(indices), static_cast<Out*>(eids), num_threads);
      });
    });
  } catch (const std::bad_alloc&) {
    return out_of_memory;
  }
}

// Returns 1 or 0, or a negative status.
WEFT_EXPORT int32_t weft_rows_in_order(const void* rows, int64_t num_edges, int32_t bits, int32_t num_threads) {
  return with_index(bits, [&](auto tag) {
    using In = typename decltype(tag)::type;
    return rows_in_order(static_cast<const In*>(rows), num_edges, num_threads);
  });
}

WEFT_EXPORT int32_t weft_indptr_of_sorted(const void* rows, int64_t num_edges, int64_t num_rows, int32_t bits,
                                          int64_t* indptr, int32_t num_threads) {
  return with_index(bits, [&](auto tag) {
    using In = typename decltype(tag)::type;
    return indptr_of_sorted(static_cast<const In*>(rows), num_edges, num_rows, indptr, num_threads);
  });
}

WEFT_EXPORT int32_t weft_compressed_to_coo(const int64_t* indptr, const void* indices, const void* eids,
                                           int64_t num_rows, int32_t bits, void* rows, void* cols,
                                           int32_t num_threads) {
  return with_index(bits, [&](auto tag) {
    using Index = typename decltype(tag)::type;
    return compressed_to_coo(indptr, static_cast<const Index*>(indices), static_cast<const Index*>(eids), num_rows,
                             static_cast<Index*>(rows), static_cast<Index*>(cols), num_threads);
  });
}
