// C interface of kernels/gather_rows.h.
#include "kernels/gather_rows.h"

#include "export.h"

using namespace weft;

WEFT_EXPORT int32_t weft_gather_rows_offsets(const int64_t* indptr, const void* indices, const void* rows,
                                             int64_t num_chosen, const void* table, int32_t index_bits, int32_t id_bits,
                                             int64_t* offsets, int32_t num_threads) {
  return with_index(index_bits, [&](auto index_tag) {
    using Index = typename decltype(index_tag)::type;
    return with_index(id_bits, [&](auto id_tag) {
      using Id = typename decltype(id_tag)::type;
      return gather_rows_offsets(indptr, static_cast<const Index*>(indices), static_cast<const Id*>(rows), num_chosen,
                                 static_cast<const Index*>(table), offsets, num_threads);
    });
  });
}

WEFT_EXPORT int32_t weft_gather_rows(const int64_t* indptr, const void* indices, const void* eids, const void* rows,
                                     int64_t num_chosen, const void* table, int32_t index_bits, int32_t id_bits,
                                     const int64_t* offsets, void* which, void* cols, void* out_eids,
                                     int32_t num_threads) {
  return with_index(index_bits, [&](auto index_tag) {
    using Index = typename decltype(index_tag)::type;
    return with_index(id_bits, [&](auto id_tag) {
      using Id = typename decltype(id_tag)::type;
      return gather_rows(indptr, static_cast<const Index*>(indices), static_cast<const Index*>(eids),
                         static_cast<const Id*>(rows), num_chosen, static_cast<const Index*>(table), offsets,
                         static_cast<Id*>(which), static_cast<Id*>(cols), static_cast<Id*>(out_eids), num_threads);
    });
  });
}

// Like weft_gather_rows, without `which` and with cols of the type of the indices.
WEFT_EXPORT int32_t weft_slice_rows(const int64_t* indptr, const void* indices, const void* eids, const void* rows,
                                    int64_t num_chosen, const void* table, int32_t index_bits, int32_t id_bits,
                                    const int64_t* offsets, void* cols, void* out_eids, int32_t num_threads) {
  return with_index(index_bits, [&](auto index_tag) {
    using Index = typename decltype(index_tag)::type;
    return with_index(id_bits, [&](auto id_tag) {
      using Id = typename decltype(id_tag)::type;
      return gather_rows(indptr, static_cast<const Index*>(indices), static_cast<const Index*>(eids),
                         static_cast<const Id*>(rows), num_chosen, static_cast<const Index*>(table), offsets,
                         static_cast<Id*>(nullptr), static_cast<Index*>(cols), static_cast<Id*>(out_eids), num_threads);
    });
  });
}
