// Sampled dense-dense product.
#include <new>

#include "export.h"
#include "kernels/sddmm.h"

// See kernels/sddmm.h. Feature rows are `*_stride` numbers long; `sizes`, `lhs_strides`, `rhs_strides` have num_dims
// entries.
WEFT_EXPORT int32_t weft_sddmm(const int64_t* indptr, const void* indices, const void* eids, int32_t index_bits,
                               int64_t num_rows, int64_t num_edges, int32_t dtype, int32_t message, const void* lhs,
                               const void* rhs, int32_t lhs_target, int32_t rhs_target, int64_t lhs_stride,
                               int64_t rhs_stride, int32_t num_dims, const int64_t* sizes, const int64_t* lhs_strides,
                               const int64_t* rhs_strides, int64_t dot_size, void* out, int64_t out_stride,
                               int32_t num_threads) {
  if (message < weft::code_copy_lhs || message > weft::code_dot) return weft::unknown_op;
  const weft::sddmm_call call{indptr,      indices,     eids,       num_rows,   num_edges,  message,    lhs,
                              rhs,         lhs_target,  rhs_target, lhs_stride, rhs_stride, num_dims,   sizes,
                              lhs_strides, rhs_strides, dot_size,   out,        out_stride, num_threads};
  try {
    return weft::with_dtype(dtype, [&](auto value) {
      return weft::with_index(index_bits, [&](auto index) {
        return weft::sddmm<typename decltype(value)::type, typename decltype(index)::type>(call);
      });
    });
  } catch (const std::bad_alloc&) {
    return weft::out_of_memory;
  }
}
