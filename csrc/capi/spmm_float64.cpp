// spmm for float64.
#include "kernels/spmm.h"

namespace weft {
WEFT_SPMM_TYPES(, double)
}  // namespace weft
