// What the library says of itself, for `weft doctor` and the loader.
#include <cstdint>

#include "export.h"

#if defined(_OPENMP)
#include <omp.h>
#endif

// Number that the loader compares with its own: a library of another interface is refused.
WEFT_EXPORT int32_t weft_abi_version() { return 2; }

// 1 when the loops run in parallel.
WEFT_EXPORT int32_t weft_has_openmp() {
#if defined(_OPENMP)
  return 1;
#else
  return 0;
#endif
}
