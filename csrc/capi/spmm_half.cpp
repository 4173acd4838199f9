// spmm for the 16-bit floats.
#include "kernels/spmm.h"

namespace weft {
WEFT_SPMM_TYPES(, bfloat16)
WEFT_SPMM_TYPES(, float16)
}  // namespace weft
