// C interface of kernels/edge_softmax.h.
#include "kernels/edge_softmax.h"

#include <new>

#include "export.h"

using namespace weft;

// grads null: forward, values are scores. Else backward, values are the forward result.
WEFT_EXPORT int32_t weft_edge_softmax(const int64_t* indptr, const void* eids, int64_t num_rows, int64_t num_edges,
                                      int64_t num_heads, const void* values, const void* grads, void* out,
                                      int32_t dtype, int32_t index_bits, int32_t num_threads) {
  try {
    return with_dtype(dtype, [&](auto dtype_tag) {
      using T = typename decltype(dtype_tag)::type;
      return with_index(index_bits, [&](auto index_tag) {
        using Index = typename decltype(index_tag)::type;
        return edge_softmax(indptr, static_cast<const Index*>(eids), num_rows, num_edges, num_heads,
                            static_cast<const T*>(values), static_cast<const T*>(grads), static_cast<T*>(out),
                            num_threads);
      });
    });
  } catch (const std::bad_alloc&) {
    return out_of_memory;
  }
}
