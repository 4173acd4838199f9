// C interface of kernels/take_rows.h.
#include "kernels/take_rows.h"

#include "export.h"

using namespace weft;

WEFT_EXPORT int32_t weft_take_rows(const void* table, int64_t num_rows, int64_t row_bytes, const void* ids,
                                   int64_t num_ids, void* out, int32_t id_bits, int32_t num_threads) {
  return with_index(id_bits, [&](auto tag) {
    using Id = typename decltype(tag)::type;
    return take_rows(static_cast<const char*>(table), num_rows, row_bytes, static_cast<const Id*>(ids), num_ids,
                     static_cast<char*>(out), num_threads);
  });
}
