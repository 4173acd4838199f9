// C interface of kernels/spspmm.h.
#include "kernels/spspmm.h"

#include "export.h"

using namespace weft;

namespace {

// Calls body(index_tag, dtype_tag).
template <typename Body>
int32_t with_types(int32_t bits, int32_t dtype, Body&& body) {
  try {
    return with_index(bits, [&](auto index_tag) {
      return with_dtype(dtype, [&](auto dtype_tag) { return body(index_tag, dtype_tag); });
    });
  } catch (const std::bad_alloc&) {
    return out_of_memory;
  }
}

template <typename Index, typename T>
matrix_rows<Index, T> as_rows(const int64_t* indptr, const void* indices, const void* values) {
  return {indptr, static_cast<const Index*>(indices), static_cast<const T*>(values)};
}

}  // namespace

WEFT_EXPORT int32_t weft_spspmm_offsets(const int64_t* a_indptr, const void* a_indices, const int64_t* b_indptr,
                                        const void* b_indices, int64_t num_rows, int64_t num_cols, int32_t bits,
                                        int64_t* indptr, int32_t num_threads) {
  try {
    return with_index(bits, [&](auto tag) {
      using Index = typename decltype(tag)::type;
      return spspmm_offsets(a_indptr, static_cast<const Index*>(a_indices), b_indptr,
                            static_cast<const Index*>(b_indices), num_rows, num_cols, indptr, num_threads);
    });
  } catch (const std::bad_alloc&) {
    return out_of_memory;
  }
}

WEFT_EXPORT int32_t weft_spspmm_fill(const int64_t* a_indptr, const void* a_indices, const void* a_values,
                                     const int64_t* b_indptr, const void* b_indices, const void* b_values,
                                     int64_t num_rows, int64_t num_cols, int32_t bits, int32_t dtype,
                                     const int64_t* indptr, void* indices, void* values, int32_t num_threads) {
  return with_types(bits, dtype, [&](auto index_tag, auto dtype_tag) {
    using Index = typename decltype(index_tag)::type;
    using T = typename decltype(dtype_tag)::type;
    return spspmm_fill(as_rows<Index, T>(a_indptr, a_indices, a_values),
                       as_rows<Index, T>(b_indptr, b_indices, b_values), num_rows, num_cols, indptr,
                       static_cast<Index*>(indices), static_cast<T*>(values), num_threads);
  });
}

WEFT_EXPORT int32_t weft_masked_product(const int64_t* mask_indptr, const void* mask_indices, const int64_t* a_indptr,
                                        const void* a_indices, const void* a_values, const int64_t* b_indptr,
                                        const void* b_indices, const void* b_values, int64_t num_rows, int64_t num_cols,
                                        int32_t bits, int32_t dtype, void* out, int32_t num_threads) {
  return with_types(bits, dtype, [&](auto index_tag, auto dtype_tag) {
    using Index = typename decltype(index_tag)::type;
    using T = typename decltype(dtype_tag)::type;
    return masked_product(
        mask_indptr, static_cast<const Index*>(mask_indices), as_rows<Index, T>(a_indptr, a_indices, a_values),
        as_rows<Index, T>(b_indptr, b_indices, b_values), num_rows, num_cols, static_cast<T*>(out), num_threads);
  });
}

WEFT_EXPORT int32_t weft_masked_dots(const int64_t* mask_indptr, const void* mask_indices, const int64_t* x_indptr,
                                     const void* x_indices, const void* x_values, const int64_t* y_indptr,
                                     const void* y_indices, const void* y_values, int64_t num_rows, int64_t num_cols,
                                     int32_t bits, int32_t dtype, void* out, int32_t num_threads) {
  return with_types(bits, dtype, [&](auto index_tag, auto dtype_tag) {
    using Index = typename decltype(index_tag)::type;
    using T = typename decltype(dtype_tag)::type;
    return masked_dots(
        mask_indptr, static_cast<const Index*>(mask_indices), as_rows<Index, T>(x_indptr, x_indices, x_values),
        as_rows<Index, T>(y_indptr, y_indices, y_values), num_rows, num_cols, static_cast<T*>(out), num_threads);
  });
}
