// How the trailing dimensions of two broadcast operands are walked: as a list of short vectors.
//
// A feature row of the result has `sizes` (row-major); operand strides are 0 where the operand is broadcast. Dimensions
// that both operands walk alike are merged; what is left is a list of blocks of K numbers, inside which each operand is
// either contiguous or one number. A block is cut into vectors of W lanes, the last one overlapping the one before, so
// that no masked tail is needed: an overlapped number is computed twice, in the same order, and stored twice.
#pragma once

#include <cstdint>
#include <vector>

namespace weft {

// Offsets of one vector in a feature row of the result and of both operands.
struct place {
  int64_t out, lhs, rhs;
};

struct feature_plan {
  int64_t block = 1;        // K: numbers in a block
  bool lhs_scalar = false;  // the left operand is one number in a block
  bool rhs_scalar = false;
  std::vector<place> blocks;  // where blocks start

  feature_plan(int32_t num_dims, const int64_t* sizes, const int64_t* lhs_strides, const int64_t* rhs_strides) {
    struct dim {
      int64_t size, lhs, rhs;
    };
    std::vector<dim> dims;
    for (int32_t i = 0; i < num_dims; ++i) {
      if (sizes[i] == 1) continue;
      const dim next{sizes[i], lhs_strides[i], rhs_strides[i]};
      const bool merges =
          !dims.empty() && dims.back().lhs == next.lhs * next.size && dims.back().rhs == next.rhs * next.size;
      if (merges) {
        dims.back() = {dims.back().size * next.size, next.lhs, next.rhs};
      } else {
        dims.push_back(next);
      }
    }
    if (!dims.empty()) {
      block = dims.back().size;
      lhs_scalar = dims.back().lhs == 0;
      rhs_scalar = dims.back().rhs == 0;
      dims.pop_back();
    }
    int64_t num_blocks = 1;
    for (const dim& d : dims) num_blocks *= d.size;
    for (int64_t b = 0; b < num_blocks; ++b) {
      place at{b * block, 0, 0};
      int64_t rest = b;
      for (size_t i = dims.size(); i-- > 0;) {
        at.lhs += rest % dims[i].size * dims[i].lhs;
        at.rhs += rest % dims[i].size * dims[i].rhs;
        rest /= dims[i].size;
      }
      blocks.push_back(at);
    }
  }

  // All vectors of `width` lanes, which must not exceed `block`.
  std::vector<place> vectors(int64_t width) const {
    std::vector<place> all;
    for (const place& start : blocks) {
      for (int64_t k = 0; k < block; k += width) {
        const int64_t at = k + width <= block ? k : block - width;
        all.push_back({start.out + at, start.lhs + (lhs_scalar ? 0 : at), start.rhs + (rhs_scalar ? 0 : at)});
      }
    }
    return all;
  }
};

}  // namespace weft
