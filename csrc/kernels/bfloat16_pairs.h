// Small dense products of bfloat16 numbers by the CPU's own instruction for them (AVX512-BF16): it multiplies two pairs
// a lane and adds both products to a float, which is twice the work of an instruction on floats, and rows need not be
// widened first. Whether the CPU has it is asked when the program runs; on one without, dense_tiles.h does the work.
//
// A pair is two numbers that follow each other along the inner index, in one 32-bit word, the first in the low half.
// The right operand is packed into panels of tile_vectors vectors of columns: panel after panel, each pair after pair.
// Pairs are added in ascending order, so a number of the result has the same bits whatever rows it is computed beside.
// The instruction takes subnormal numbers for 0.
#pragma once

#include "dense_tiles.h"

#if defined(__GNUC__) && defined(__AVX512F__) && defined(__x86_64__)
#include <immintrin.h>
#define WEFT_BFLOAT16_PAIRS 1
#endif

namespace weft {

#if defined(WEFT_BFLOAT16_PAIRS)

inline bool has_bfloat16_pairs() {
  static const bool has = __builtin_cpu_supports("avx512bf16");
  return has;
}

inline uint32_t pair_of(bfloat16 first, bfloat16 second) { return uint32_t(first.bits) | uint32_t(second.bits) << 16; }

// Packs num_rows rows of the right operand, of which row(i) gives the first number; columns lie `stride` apart.
template <typename Row>
void pack_pairs(const Row& row, int64_t num_rows, int64_t columns, int64_t stride, uint32_t* to) {
  constexpr int64_t panel = tile_vectors * native_lanes<float>;
  const int64_t num_pairs = (num_rows + 1) / 2, padded = whole_vectors<float>(columns);
  for (int64_t pair = 0; pair < num_pairs; ++pair) {
    const bfloat16 *first = row(2 * pair), *second = 2 * pair + 1 < num_rows ? row(2 * pair + 1) : nullptr;
    for (int64_t start = 0; start < columns; start += panel) {
      const int64_t width = std::min(panel, padded - start), given = std::min(width, columns - start);
      uint32_t* at = to + start * num_pairs + pair * width;
      if (second && stride == 1) {
        for (int64_t i = 0; i < given; ++i) at[i] = pair_of(first[start + i], second[start + i]);
      } else {
        const bfloat16 none{};
        for (int64_t i = 0; i < given; ++i) {
          const int64_t place = (start + i) * stride;
          at[i] = pair_of(first[place], second ? second[place] : none);
        }
      }
      std::fill(at + given, at + width, 0u);
    }
  }
}

// Pairs of the left operand, in numbers of bfloat16: rows lie `row_stride` apart, a row's pairs `pair_stride`.
struct left_pairs {
  const bfloat16* data = nullptr;
  int64_t row_stride = 0, pair_stride = 0;
};

// out = left @ right, or out + left @ right, for Rows rows from `first` and one panel.
template <int Rows, int Vectors>
__attribute__((target("avx512bf16"))) void pair_tile(const left_pairs& left, const uint32_t* right, int64_t num_pairs,
                                                     int64_t first, bool add, float* out, int64_t out_stride) {
  __m512 totals[Rows][Vectors];
  for (int i = 0; i < Rows; ++i) {
    for (int j = 0; j < Vectors; ++j) {
      totals[i][j] = add ? _mm512_loadu_ps(out + i * out_stride + j * 16) : _mm512_setzero_ps();
    }
  }
  const bfloat16* from = left.data + first * left.row_stride;
  for (int64_t pair = 0; pair < num_pairs; ++pair, from += left.pair_stride, right += Vectors * 16) {
    __m512bh columns[Vectors];
    for (int j = 0; j < Vectors; ++j) columns[j] = (__m512bh)_mm512_loadu_si512(right + j * 16);
    for (int i = 0; i < Rows; ++i) {
      int32_t word;
      std::memcpy(&word, from + i * left.row_stride, sizeof(word));
      const __m512bh value = (__m512bh)_mm512_set1_epi32(word);
      for (int j = 0; j < Vectors; ++j) totals[i][j] = _mm512_dpbf16_ps(totals[i][j], value, columns[j]);
    }
  }
  for (int i = 0; i < Rows; ++i) {
    for (int j = 0; j < Vectors; ++j) _mm512_storeu_ps(out + i * out_stride + j * 16, totals[i][j]);
  }
}

template <int Rows>
void pair_row_tile(const left_pairs& left, const uint32_t* right, int64_t num_pairs, int64_t first, bool add,
                   float* out, int64_t padded) {
  constexpr int64_t lanes = native_lanes<float>, panel = tile_vectors * lanes;
  for (int64_t start = 0; start < padded; start += panel) {
    const uint32_t* from = right + start * num_pairs;
    float* to = out + first * padded + start;
    switch (std::min<int64_t>(tile_vectors, (padded - start) / lanes)) {
      case 1: pair_tile<Rows, 1>(left, from, num_pairs, first, add, to, padded); break;
      case 2: pair_tile<Rows, 2>(left, from, num_pairs, first, add, to, padded); break;
      case 3: pair_tile<Rows, 3>(left, from, num_pairs, first, add, to, padded); break;
      default: pair_tile<Rows, tile_vectors>(left, from, num_pairs, first, add, to, padded); break;
    }
  }
}

// out (num_rows, padded) = left @ right, or out + left @ right.
inline void multiply_pairs(const left_pairs& left, const uint32_t* right, int64_t num_pairs, int64_t num_rows, bool add,
                           float* out, int64_t padded) {
  int64_t row = 0;
  for (; row + tile_rows <= num_rows; row += tile_rows) {
    pair_row_tile<tile_rows>(left, right, num_pairs, row, add, out, padded);
  }
  for (; row + 2 <= num_rows; row += 2) pair_row_tile<2>(left, right, num_pairs, row, add, out, padded);
  if (row < num_rows) pair_row_tile<1>(left, right, num_pairs, row, add, out, padded);
}

// Rows in float, rounded to bfloat16.
inline void narrow_row(const float* from, int64_t count, bfloat16* to) {
  constexpr int W = native_lanes<float>;
  int64_t i = 0;
  for (; i + W <= count; i += W) store<float, W>(to + i, load<float, W>(from + i));
  for (; i < count; ++i) to[i] = bfloat16(from[i]);
}

#endif

}  // namespace weft
