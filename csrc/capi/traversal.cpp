// C interface of kernels/traversal.h.
#include "kernels/traversal.h"

#include <new>

#include "export.h"

using namespace weft;

namespace {

// Calls body(walked_rows<Index>) and turns a failed allocation into a status.
template <typename Body>
int32_t walk(const int64_t* indptr, const void* indices, const void* eids, int64_t num_rows, int32_t bits,
             Body&& body) {
  try {
    return with_index(bits, [&](auto tag) {
      using Index = typename decltype(tag)::type;
      return body(
          walked_rows<Index>{indptr, static_cast<const Index*>(indices), static_cast<const Index*>(eids), num_rows});
    });
  } catch (const std::bad_alloc&) {
    return out_of_memory;
  }
}

}  // namespace

WEFT_EXPORT int32_t weft_breadth_first(const int64_t* indptr, const void* indices, const void* eids, int64_t num_rows,
                                       int32_t bits, const int64_t* sources, int64_t num_sources, int64_t* nodes,
                                       int64_t* edges, int64_t* sizes, int64_t* counts) {
  return walk(indptr, indices, eids, num_rows, bits,
              [&](const auto& rows) { return breadth_first(rows, sources, num_sources, nodes, edges, sizes, counts); });
}

WEFT_EXPORT int32_t weft_topological_levels(const int64_t* indptr, const void* indices, int64_t num_rows, int32_t bits,
                                            int64_t* nodes, int64_t* sizes, int64_t* counts) {
  return walk(indptr, indices, nullptr, num_rows, bits,
              [&](const auto& rows) { return topological_levels(rows, nodes, sizes, counts); });
}

WEFT_EXPORT int32_t weft_depth_first(const int64_t* indptr, const void* indices, const void* eids, int64_t num_rows,
                                     int32_t bits, const int64_t* sources, int64_t num_sources, int32_t with_reverse,
                                     int32_t with_nontree, int64_t room, int64_t* edges, int64_t* labels,
                                     int64_t* counts) {
  return walk(indptr, indices, eids, num_rows, bits, [&](const auto& rows) {
    return depth_first(rows, sources, num_sources, with_reverse != 0, with_nontree != 0, room, edges, labels, counts);
  });
}
