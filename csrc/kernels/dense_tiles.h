// Small dense products on rows that lie in a cache already: what is left of a matrix product when its rows come a block
// at a time. Tiles of rows x vectors of the result are kept in registers while the inner index runs, in ascending
// order, so a number of the result has the same bits whatever rows it is computed beside.
//
// Source of the method: Goto and van de Geijn 2008, "Anatomy of high-performance matrix multiplication"; a weight of a
// graph layer is small, so its panels stay in the first or second level of the cache without further blocking.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "lanes.h"

namespace weft {

// Rows and vectors of a tile: as many totals as leave registers for the operands.
inline constexpr int tile_rows = 6;
inline constexpr int tile_vectors = register_bytes == 64 ? 4 : 2;

// `count` rounded up to whole vectors of A.
template <typename A>
constexpr int64_t whole_vectors(int64_t count) {
  return (count + native_lanes<A> - 1) / native_lanes<A> * native_lanes<A>;
}

// to[k * to_stride + i] = from[i * stride + k] for a square of one vector's lanes: at each step, vectors half the
// square apart are interleaved.
template <typename A>
void transpose_square(const A* from, int64_t stride, A* to, int64_t to_stride) {
  constexpr int W = native_lanes<A>;
#if defined(__GNUC__) && !defined(__clang__)
  using vector = lanes_t<A, W>;
  lanes_t<int_of<A>, W> low, high;
  for (int i = 0; i < W; ++i) {
    low[i] = int_of<A>(i % 2 == 0 ? i / 2 : W + i / 2);
    high[i] = low[i] + W / 2;
  }
  vector rows[W], next[W];
  for (int i = 0; i < W; ++i) rows[i] = load<A, W>(from + i * stride);
  for (int step = 1; step < W; step *= 2) {
    for (int i = 0; i < W / 2; ++i) {
      next[2 * i] = __builtin_shuffle(rows[i], rows[i + W / 2], low);
      next[2 * i + 1] = __builtin_shuffle(rows[i], rows[i + W / 2], high);
    }
    for (int i = 0; i < W; ++i) rows[i] = next[i];
  }
  for (int i = 0; i < W; ++i) store<A, W>(to + i * to_stride, rows[i]);
#else
  for (int k = 0; k < W; ++k) {
    for (int i = 0; i < W; ++i) to[k * to_stride + i] = from[i * stride + k];
  }
#endif
}

// A matrix cut into panels of tile_vectors vectors of columns: panel after panel, each row after row, zeros at the end.
template <typename A>
struct packed_matrix {
  static constexpr int64_t panel_columns = tile_vectors * native_lanes<A>;
  int64_t rows = 0, columns = 0, padded = 0;
  std::vector<A> numbers;

  packed_matrix() = default;
  template <typename T>
  packed_matrix(const T* from, int64_t num_rows, int64_t num_columns, int64_t row_stride, int64_t column_stride) {
    pack(from, num_rows, num_columns, row_stride, column_stride);
  }

  // Makes room for a matrix of that size.
  void reserve(int64_t num_rows, int64_t num_columns) {
    const size_t room = size_t(num_rows * whole_vectors<A>(num_columns));
    if (numbers.size() < room) numbers.resize(room);
  }

  // Takes another matrix in, in the memory of the last one. T: storage of A.
  template <typename T>
  void pack(const T* from, int64_t num_rows, int64_t num_columns, int64_t row_stride, int64_t column_stride) {
    rows = num_rows, columns = num_columns, padded = whole_vectors<A>(num_columns);
    reserve(num_rows, num_columns);
    for (int64_t start = 0; start < columns; start += panel_columns) {
      A* to = numbers.data() + start * rows;
      const T* panel = from + start * column_stride;
      const int64_t width = std::min(panel_columns, padded - start), given = std::min(width, columns - start);
      int64_t row = 0;
      if constexpr (std::is_same_v<T, A> && native_lanes<A> > 1) {
        if (row_stride == 1 && column_stride != 1) row = pack_transposed(panel, column_stride, given, width, to);
      }
      for (; row < rows; ++row) pack_row(panel + row * row_stride, column_stride, given, width, to + row * width);
    }
  }

  const A* panel(int64_t start) const { return numbers.data() + start * rows; }

 private:
  template <typename T>
  static void pack_row(const T* from, int64_t stride, int64_t given, int64_t width, A* to) {
    if (stride == 1) {
      for (int64_t i = 0; i < given; ++i) to[i] = A(from[i]);
    } else {
      for (int64_t i = 0; i < given; ++i) to[i] = A(from[i * stride]);
    }
    std::fill(to + given, to + width, A(0));
  }

  // Packs as many rows as make whole squares of vectors, of a panel whose columns lie in rows of memory; returns how
  // many.
  int64_t pack_transposed(const A* from, int64_t stride, int64_t given, int64_t width, A* to) const {
    constexpr int64_t W = native_lanes<A>;
    const int64_t last = rows / W * W, whole = given / W * W;
    for (int64_t row = 0; row < last; row += W) {
      for (int64_t i = 0; i < whole; i += W) {
        transpose_square<A>(from + row + i * stride, stride, to + row * width + i, width);
      }
      for (int64_t one = row; one < row + W; ++one) {
        pack_row(from + one + whole * stride, stride, given - whole, width - whole, to + one * width + whole);
      }
    }
    return last;
  }
};

// Rows in memory, each `stride` numbers after the one before.
template <typename A>
struct row_block {
  const A* data = nullptr;
  int64_t stride = 0;
};

// One product of a sum of products: rows times a packed matrix; none when `matrix` is null.
template <typename A>
struct dense_term {
  row_block<A> rows;
  const packed_matrix<A>* matrix = nullptr;
};

// Adds term.rows[first ...] @ term.matrix to the totals of one tile.
template <int Rows, int Vectors, typename A>
WEFT_INLINE void add_term(lanes_t<A, native_lanes<A>> (&totals)[Rows][Vectors], const dense_term<A>& term,
                          int64_t first, int64_t start) {
  constexpr int W = native_lanes<A>;
  if (term.matrix == nullptr) return;
  const A* left = term.rows.data + first * term.rows.stride;
  const A* right = term.matrix->panel(start);
  const int64_t depth = term.matrix->rows, stride = term.rows.stride;
  for (int64_t k = 0; k < depth; ++k, right += Vectors * W) {
    lanes_t<A, W> columns[Vectors];
    for (int j = 0; j < Vectors; ++j) columns[j] = load<A, W>(right + j * W);
    for (int i = 0; i < Rows; ++i) {
      const lanes_t<A, W> value = fill<A, W>(left[i * stride + k]);
      for (int j = 0; j < Vectors; ++j) totals[i][j] += value * columns[j];
    }
  }
}

// out[i] = bias + sum of terms, for a tile of rows [first, first + Rows) and columns from `start`. `bias` is padded.
template <int Rows, int Vectors, typename A>
void multiply_tile(const std::array<dense_term<A>, 2>& terms, const A* bias, int64_t first, int64_t start, A* out,
                   int64_t num_columns) {
  constexpr int W = native_lanes<A>;
  lanes_t<A, W> totals[Rows][Vectors];
  for (int i = 0; i < Rows; ++i) {
    for (int j = 0; j < Vectors; ++j) totals[i][j] = bias ? load<A, W>(bias + start + j * W) : lanes_t<A, W>{};
  }
  for (const dense_term<A>& term : terms) add_term<Rows, Vectors, A>(totals, term, first, start);
  for (int i = 0; i < Rows; ++i) {
    A* to = out + (first + i) * num_columns + start;
    for (int j = 0; j < Vectors; ++j) {
      const int64_t left = num_columns - start - j * W;
      if (left >= W) {
        store<A, W>(to + j * W, totals[i][j]);
      } else {
        std::memcpy(to + j * W, &totals[i][j], size_t(left) * sizeof(A));
      }
    }
  }
}

template <int Rows, typename A>
void multiply_row_tile(const std::array<dense_term<A>, 2>& terms, const A* bias, int64_t first, A* out,
                       int64_t num_columns) {
  constexpr int W = native_lanes<A>;
  const int64_t padded = whole_vectors<A>(num_columns);
  for (int64_t start = 0; start < padded; start += tile_vectors * W) {
    switch (std::min<int64_t>(tile_vectors, (padded - start) / W)) {
      case 1: multiply_tile<Rows, 1, A>(terms, bias, first, start, out, num_columns); break;
      case 2: multiply_tile<Rows, 2, A>(terms, bias, first, start, out, num_columns); break;
      case 3: multiply_tile<Rows, std::min(3, tile_vectors), A>(terms, bias, first, start, out, num_columns); break;
      default: multiply_tile<Rows, tile_vectors, A>(terms, bias, first, start, out, num_columns); break;
    }
  }
}

// out (num_rows, num_columns) = bias + sum of terms. `bias` is null or padded to whole vectors.
template <typename A>
void multiply_rows(const std::array<dense_term<A>, 2>& terms, const A* bias, int64_t num_rows, A* out,
                   int64_t num_columns) {
  int64_t row = 0;
  for (; row + tile_rows <= num_rows; row += tile_rows) {
    multiply_row_tile<tile_rows, A>(terms, bias, row, out, num_columns);
  }
  if (row + 4 <= num_rows) {
    multiply_row_tile<4, A>(terms, bias, row, out, num_columns);
    row += 4;
  }
  if (row + 2 <= num_rows) {
    multiply_row_tile<2, A>(terms, bias, row, out, num_columns);
    row += 2;
  }
  if (row < num_rows) multiply_row_tile<1, A>(terms, bias, row, out, num_columns);
}

// total[k] += sum over rows of left[row][k] * right[row], for Rows values of k from `first` and columns from `start`.
template <int Rows, int Vectors, typename A>
void outer_tile(row_block<A> left, row_block<A> right, int64_t num_rows, int64_t first, int64_t start, A* total,
                int64_t total_stride) {
  constexpr int W = native_lanes<A>;
  lanes_t<A, W> totals[Rows][Vectors];
  A* to = total + first * total_stride + start;
  for (int i = 0; i < Rows; ++i) {
    for (int j = 0; j < Vectors; ++j) totals[i][j] = load<A, W>(to + i * total_stride + j * W);
  }
  const A *a = left.data + first, *b = right.data + start;
  for (int64_t row = 0; row < num_rows; ++row, a += left.stride, b += right.stride) {
    lanes_t<A, W> columns[Vectors];
    for (int j = 0; j < Vectors; ++j) columns[j] = load<A, W>(b + j * W);
    for (int i = 0; i < Rows; ++i) {
      const lanes_t<A, W> value = fill<A, W>(a[i]);
      for (int j = 0; j < Vectors; ++j) totals[i][j] += value * columns[j];
    }
  }
  for (int i = 0; i < Rows; ++i) {
    for (int j = 0; j < Vectors; ++j) store<A, W>(to + i * total_stride + j * W, totals[i][j]);
  }
}

template <int Rows, typename A>
void outer_row_tile(row_block<A> left, row_block<A> right, int64_t num_rows, int64_t first, int64_t padded, A* total) {
  constexpr int W = native_lanes<A>;
  for (int64_t start = 0; start < padded; start += tile_vectors * W) {
    switch (std::min<int64_t>(tile_vectors, (padded - start) / W)) {
      case 1: outer_tile<Rows, 1, A>(left, right, num_rows, first, start, total, padded); break;
      case 2: outer_tile<Rows, 2, A>(left, right, num_rows, first, start, total, padded); break;
      case 3: outer_tile<Rows, std::min(3, tile_vectors), A>(left, right, num_rows, first, start, total, padded); break;
      default: outer_tile<Rows, tile_vectors, A>(left, right, num_rows, first, start, total, padded); break;
    }
  }
}

// total (depth, padded) += left.T @ right over num_rows rows; rows of `right` and `total` are padded to whole vectors.
template <typename A>
void add_outer_products(row_block<A> left, row_block<A> right, int64_t num_rows, int64_t depth, int64_t padded,
                        A* total) {
  int64_t k = 0;
  for (; k + tile_rows <= depth; k += tile_rows) {
    outer_row_tile<tile_rows, A>(left, right, num_rows, k, padded, total);
  }
  if (k + 4 <= depth) {
    outer_row_tile<4, A>(left, right, num_rows, k, padded, total);
    k += 4;
  }
  for (; k < depth; ++k) outer_row_tile<1, A>(left, right, num_rows, k, padded, total);
}

}  // namespace weft
