// Generalised sparse-dense product and the gather and scatter of its backward pass.
#include <new>

#include "export.h"
#include "kernels/arg_move.h"
#include "kernels/spmm.h"

namespace weft {
WEFT_SPMM_TYPES(extern, float)
WEFT_SPMM_TYPES(extern, double)
WEFT_SPMM_TYPES(extern, bfloat16)
WEFT_SPMM_TYPES(extern, float16)
}  // namespace weft

// See kernels/spmm.h. Feature rows are `*_stride` numbers long; `sizes`, `u_strides`, `e_strides` have num_dims
// entries.
WEFT_EXPORT int32_t weft_spmm(const int64_t* indptr, const void* indices, const void* eids, int32_t index_bits,
                              int64_t num_rows, int64_t num_cols, int64_t num_edges, int32_t dtype, int32_t message,
                              int32_t reduce, const void* u, const void* e, int64_t u_stride, int64_t e_stride,
                              int32_t num_dims, const int64_t* sizes, const int64_t* u_strides,
                              const int64_t* e_strides, void* out, void* arg, int64_t out_stride, int32_t num_threads) {
  if (message < weft::code_copy_lhs || message > weft::code_div) return weft::unknown_op;
  if (reduce < weft::code_sum || reduce > weft::code_min) return weft::unknown_op;
  const weft::spmm_call call{indptr,    indices,   eids, num_rows, num_cols,   num_edges,  message,
                             reduce,    u,         e,    u_stride, e_stride,   num_dims,   sizes,
                             u_strides, e_strides, out,  arg,      out_stride, num_threads};
  try {
    return weft::with_dtype(dtype, [&](auto value) {
      return weft::with_index(index_bits, [&](auto index) {
        return weft::spmm<typename decltype(value)::type, typename decltype(index)::type>(call);
      });
    });
  } catch (const std::bad_alloc&) {
    return weft::out_of_memory;
  }
}

// See kernels/arg_move.h.
WEFT_EXPORT int32_t weft_arg_gather(const void* x, const void* arg, const void* ids, int32_t index_bits, int32_t dtype,
                                    const int64_t* offsets, int64_t num_rows, int64_t num_features, int64_t x_stride,
                                    void* out, int32_t num_threads) {
  return weft::with_dtype(dtype, [&](auto value) {
    using T = typename decltype(value)::type;
    return weft::with_index(index_bits, [&](auto index) -> int32_t {
      using Index = typename decltype(index)::type;
      weft::arg_gather(static_cast<const T*>(x), static_cast<const Index*>(arg), static_cast<const Index*>(ids),
                       offsets, num_rows, num_features, x_stride, static_cast<T*>(out), num_threads);
      return weft::ok;
    });
  });
}

// See kernels/arg_move.h; float32 and float64 only, since sums in 16 bits would lose most of what they add.
WEFT_EXPORT int32_t weft_arg_scatter(const void* values, const void* arg, const void* ids, int32_t index_bits,
                                     int32_t dtype, const int64_t* offsets, int64_t num_rows, int64_t num_features,
                                     int64_t out_stride, int32_t rows_own, int32_t features_own, void* out,
                                     int32_t num_threads) {
  const auto run = [&](auto value) {
    using T = typename decltype(value)::type;
    return weft::with_index(index_bits, [&](auto index) -> int32_t {
      using Index = typename decltype(index)::type;
      weft::arg_scatter(static_cast<const T*>(values), static_cast<const Index*>(arg), static_cast<const Index*>(ids),
                        offsets, num_rows, num_features, out_stride, rows_own != 0, features_own != 0,
                        static_cast<T*>(out), num_threads);
      return weft::ok;
    });
  };
  if (dtype == weft::code_float32) return run(weft::type_tag<float>{});
  if (dtype == weft::code_float64) return run(weft::type_tag<double>{});
  return weft::unknown_dtype;
}
