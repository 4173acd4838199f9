// C interface of kernels/edges_between.h.
#include "kernels/edges_between.h"

#include "export.h"

using namespace weft;

namespace {

template <typename Take>
int32_t search(const int64_t* indptr, const void* indices, const void* eids, int64_t num_rows, int32_t index_bits,
               const void* rows, const void* cols, int64_t num_pairs, int32_t id_bits, const Take& take,
               int32_t num_threads) {
  try {
    return with_index(index_bits, [&](auto index_tag) {
      using Index = typename decltype(index_tag)::type;
      return with_index(id_bits, [&](auto id_tag) {
        using Id = typename decltype(id_tag)::type;
        return search_pairs(indptr, static_cast<const Index*>(indices), static_cast<const Index*>(eids), num_rows,
                            static_cast<const Id*>(rows), static_cast<const Id*>(cols), num_pairs, take, num_threads);
      });
    });
  } catch (const std::bad_alloc&) {
    return out_of_memory;
  }
}

}  // namespace

WEFT_EXPORT int32_t weft_first_edges(const int64_t* indptr, const void* indices, const void* eids, int64_t num_rows,
                                     int32_t index_bits, const void* rows, const void* cols, int64_t num_pairs,
                                     int32_t id_bits, int64_t* first, int32_t num_threads) {
  return search(indptr, indices, eids, num_rows, index_bits, rows, cols, num_pairs, id_bits, first_edge{first},
                num_threads);
}

WEFT_EXPORT int32_t weft_count_edges(const int64_t* indptr, const void* indices, const void* eids, int64_t num_rows,
                                     int32_t index_bits, const void* rows, const void* cols, int64_t num_pairs,
                                     int32_t id_bits, int64_t* counts, int32_t num_threads) {
  return search(indptr, indices, eids, num_rows, index_bits, rows, cols, num_pairs, id_bits, edge_count{counts},
                num_threads);
}

WEFT_EXPORT int32_t weft_every_edge(const int64_t* indptr, const void* indices, const void* eids, int64_t num_rows,
                                    int32_t index_bits, const void* rows, const void* cols, int64_t num_pairs,
                                    int32_t id_bits, const int64_t* offsets, int64_t* found, int32_t num_threads) {
  return search(indptr, indices, eids, num_rows, index_bits, rows, cols, num_pairs, id_bits, every_edge{offsets, found},
                num_threads);
}

// Returns 1 or 0, or a negative status.
WEFT_EXPORT int32_t weft_has_parallel_edges(const int64_t* indptr, const void* indices, int64_t num_rows,
                                            int64_t num_cols, int32_t bits, int32_t num_threads) {
  try {
    return with_index(bits, [&](auto tag) {
      using Index = typename decltype(tag)::type;
      return has_parallel_edges(indptr, static_cast<const Index*>(indices), num_rows, num_cols, num_threads);
    });
  } catch (const std::bad_alloc&) {
    return out_of_memory;
  }
}
