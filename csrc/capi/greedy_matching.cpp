// C interface of kernels/greedy_matching.h.
#include "kernels/greedy_matching.h"

#include "export.h"

using namespace weft;

WEFT_EXPORT int32_t weft_greedy_matching(const void* src, const void* dst, const int64_t* order, int64_t num_edges,
                                         int64_t num_nodes, int32_t bits, void* mate) {
  return with_index(bits, [&](auto tag) {
    using Id = typename decltype(tag)::type;
    return greedy_matching(static_cast<const Id*>(src), static_cast<const Id*>(dst), order, num_edges, num_nodes,
                           static_cast<Id*>(mate));
  });
}
