// spmm for float32.
#include "kernels/spmm.h"

namespace weft {
WEFT_SPMM_TYPES(, float)
}  // namespace weft
