// C interface of kernels/distinct_pairs.h.
#include "kernels/distinct_pairs.h"

#include "export.h"

using namespace weft;

WEFT_EXPORT int32_t weft_distinct_pairs_offsets(const int64_t* indptr, const void* indices, const int64_t* other_indptr,
                                                const void* other_indices, int64_t num_rows, int32_t index_bits,
                                                int64_t* offsets, int32_t num_threads) {
  return with_index(index_bits, [&](auto index_tag) {
    using Index = typename decltype(index_tag)::type;
    const SortedRows<Index> one{indptr, static_cast<const Index*>(indices)};
    const SortedRows<Index> other{other_indptr, static_cast<const Index*>(other_indices)};
    return distinct_pairs_offsets(one, other, num_rows, offsets, num_threads);
  });
}

WEFT_EXPORT int32_t weft_distinct_pairs(const int64_t* indptr, const void* indices, const int64_t* other_indptr,
                                        const void* other_indices, int64_t num_rows, int32_t index_bits,
                                        int32_t id_bits, const int64_t* offsets, void* rows, void* cols,
                                        int64_t* starts, int32_t num_threads) {
  return with_index(index_bits, [&](auto index_tag) {
    using Index = typename decltype(index_tag)::type;
    const SortedRows<Index> one{indptr, static_cast<const Index*>(indices)};
    const SortedRows<Index> other{other_indptr, static_cast<const Index*>(other_indices)};
    return with_index(id_bits, [&](auto id_tag) {
      using Id = typename decltype(id_tag)::type;
      return distinct_pairs(one, other, num_rows, offsets, static_cast<Id*>(rows), static_cast<Id*>(cols), starts,
                            num_threads);
    });
  });
}
