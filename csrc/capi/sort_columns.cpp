// C interface of kernels/sort_columns.h.
#include "kernels/sort_columns.h"

#include <new>

#include "export.h"

using namespace weft;

WEFT_EXPORT int32_t weft_sort_columns(const int64_t* indptr, const void* indices, const void* eids, int64_t num_rows,
                                      int32_t bits, void* out_indices, void* out_eids, int32_t num_threads) {
  try {
    return with_index(bits, [&](auto tag) {
      using Index = typename decltype(tag)::type;
      return sort_columns(indptr, static_cast<const Index*>(indices), static_cast<const Index*>(eids), num_rows,
                          static_cast<Index*>(out_indices), static_cast<Index*>(out_eids), num_threads);
    });
  } catch (const std::bad_alloc&) {
    return out_of_memory;
  }
}
