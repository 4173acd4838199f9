// C interface of kernels/first_seen.h.
#include "kernels/first_seen.h"

#include "export.h"

using namespace weft;

WEFT_EXPORT int32_t weft_first_seen(const void* known, int64_t num_known, const void* ids, int64_t num_given,
                                    int64_t num_ids, int32_t bits, void* unique, void* inverse, int64_t* num_unique) {
  try {
    return with_index(bits, [&](auto tag) {
      using Id = typename decltype(tag)::type;
      return first_seen(static_cast<const Id*>(known), num_known, static_cast<const Id*>(ids), num_given, num_ids,
                        static_cast<Id*>(unique), static_cast<Id*>(inverse), num_unique);
    });
  } catch (const std::bad_alloc&) {
    return out_of_memory;
  }
}
