// Products of two sparse matrices in compressed rows, and the two masked products that are their gradients.
//
//   spspmm:          C = A B, columns of a row ascending, one entry a column          (num_rows x num_cols)
//   masked_product:  out[p] = (A B)[i, j] for the entry p = (i, j) of a mask
//   masked_dots:     out[p] = sum over j of X[i, j] Y[k, j] for the entry p = (i, k) of a mask, that is (X Y^T)[i, k]
//
// Values stand by position, beside the indices. Equal columns in a row of A, B, X or Y add up; in a mask each gets the
// result.
//
// Gustavson's method: row i of C is the sum of the rows of B that row i of A names, gathered in a dense row of
// num_cols slots, one such row a thread. A slot carries the number of the row that wrote it last, so that nothing is
// cleared between rows. Columns are found in the order of first use and then put in order: by sorting, or, where they
// are many, through a bitmap of the columns. The rows of C are handed out by the number of multiplications that they
// take; each has one owner thread, which adds in a fixed order: same bits for any number of threads. 16-bit floats add
// up in float and are rounded once.
//
// Checked by the caller: indices lie in their ranges, values have an entry a position.
// Source of the method: Gustavson 1978, "Two fast algorithms for sparse matrices".
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <vector>

#include "dispatch.h"
#include "lanes.h"
#include "memory.h"
#include "parallel.h"

namespace weft {

// Compressed rows of a matrix with values.
template <typename Index, typename T>
struct matrix_rows {
  const int64_t* indptr;
  const Index* indices;
  const T* values;
};

// Zeroed memory that is touched only where it is used.
template <typename T>
class zeroed {
 public:
  explicit zeroed(int64_t count) : data_(static_cast<T*>(std::calloc(size_t(std::max<int64_t>(count, 1)), sizeof(T)))) {
    if (data_ == nullptr) throw std::bad_alloc();
    prefer_large_pages(data_, count * int64_t(sizeof(T)));
  }
  ~zeroed() { std::free(data_); }
  zeroed(const zeroed&) = delete;
  zeroed& operator=(const zeroed&) = delete;
  T* get() { return data_; }

 private:
  T* data_;
};

// Fetches the row that is named some entries after `p`, in two steps: first where it starts, later what it holds. Rows
// are met in no order, so nothing else would; entries go on from row to row. `values` may be null.
template <typename Index, typename T>
WEFT_INLINE void prefetch_named_row(const Index* names, int64_t p, int64_t num_names, const int64_t* indptr,
                                    const Index* indices, const T* values) {
  constexpr int64_t ahead = 8;
  if (p + 2 * ahead < num_names) prefetch(indptr + names[p + 2 * ahead]);
  if (p + ahead < num_names) {
    const int64_t start = indptr[names[p + ahead]];
    prefetch(indices + start);
    if (values != nullptr) prefetch(values + start);
  }
}

// work[i + 1] - work[i]: multiplications that row i of A B takes.
template <typename Index>
std::vector<int64_t> product_work(const int64_t* a_indptr, const Index* a_indices, const int64_t* b_indptr,
                                  int64_t num_rows, int num_threads) {
  std::vector<int64_t> work(size_t(num_rows) + 1, 0);
  for_row_ranges(a_indptr, num_rows, num_threads, [&](int64_t first, int64_t last) {
    for (int64_t row = first; row < last; ++row) {
      int64_t count = 0;
      for (int64_t p = a_indptr[row]; p < a_indptr[row + 1]; ++p) {
        count += b_indptr[a_indices[p] + 1] - b_indptr[a_indices[p]];
      }
      work[size_t(row) + 1] = count;
    }
  });
  for (int64_t row = 0; row < num_rows; ++row) work[size_t(row) + 1] += work[size_t(row)];
  return work;
}

// indptr (num_rows + 1) of A B.
template <typename Index>
int32_t spspmm_offsets(const int64_t* a_indptr, const Index* a_indices, const int64_t* b_indptr, const Index* b_indices,
                       int64_t num_rows, int64_t num_cols, int64_t* indptr, int num_threads) {
  const auto work = product_work(a_indptr, a_indices, b_indptr, num_rows, num_threads);
  // The row that met a column last, plus 1.
  zeroed<Index> marks(num_cols * std::max(1, num_threads));
  const int64_t num_names = a_indptr[num_rows];
  indptr[0] = 0;
  for_row_ranges(work.data(), num_rows, num_threads, [&](int64_t first, int64_t last) {
    Index* mark = marks.get() + num_cols * thread_number();
    for (int64_t row = first; row < last; ++row) {
      const Index stamp = Index(row + 1);
      int64_t count = 0;
      for (int64_t p = a_indptr[row]; p < a_indptr[row + 1]; ++p) {
        prefetch_named_row(a_indices, p, num_names, b_indptr, b_indices, static_cast<const char*>(nullptr));
        const int64_t stop = b_indptr[a_indices[p] + 1];
        for (int64_t q = b_indptr[a_indices[p]]; q < stop; ++q) {
          const Index col = b_indices[q];
          count += mark[col] != stamp;
          mark[col] = stamp;
        }
      }
      indptr[row + 1] = count;
    }
  });
  for (int64_t row = 0; row < num_rows; ++row) indptr[row + 1] += indptr[row];
  return ok;
}

// Sorts columns, all different and below num_cols, through `bits` (a word for 64 columns, zero before and after) where
// that is faster.
template <typename Index>
void sort_distinct(Index* cols, int64_t count, uint64_t* bits, int64_t num_words) {
  constexpr int64_t words_a_column = 8;  // reading this many words takes about as long as sorting one column
  if (num_words > count * words_a_column) {
    std::sort(cols, cols + count);
    return;
  }
  for (int64_t i = 0; i < count; ++i) bits[cols[i] >> 6] |= uint64_t(1) << (cols[i] & 63);
  int64_t place = 0;
  for (int64_t word = 0; word < num_words; ++word) {
    uint64_t left = bits[word];
    if (left == 0) continue;
    bits[word] = 0;
    for (; left != 0; left &= left - 1) cols[place++] = Index(word * 64 + std::countr_zero(left));
  }
}

// A slot of the dense row: a sum, and the row of C that it belongs to, plus 1.
template <typename Index, typename Sum>
struct stamped_sum {
  Sum sum;
  Index stamp;
};

// indices and values (indptr[num_rows]) of A B, whose indptr spspmm_offsets made.
template <typename Index, typename T>
int32_t spspmm_fill(matrix_rows<Index, T> a, matrix_rows<Index, T> b, int64_t num_rows, int64_t num_cols,
                    const int64_t* indptr, Index* indices, T* values, int num_threads) {
  using Sum = accumulator_t<T>;
  const auto work = product_work(a.indptr, a.indices, b.indptr, num_rows, num_threads);
  const int64_t num_words = (num_cols + 63) / 64;
  zeroed<stamped_sum<Index, Sum>> slots(num_cols * std::max(1, num_threads));
  zeroed<uint64_t> bitmaps(num_words * std::max(1, num_threads));
  prefer_large_pages(indices, indptr[num_rows] * int64_t(sizeof(Index)));
  prefer_large_pages(values, indptr[num_rows] * int64_t(sizeof(T)));
  for_row_ranges(work.data(), num_rows, num_threads, [&](int64_t first, int64_t last) {
    stamped_sum<Index, Sum>* slot = slots.get() + num_cols * thread_number();
    uint64_t* bits = bitmaps.get() + num_words * thread_number();
    for (int64_t row = first; row < last; ++row) {
      const Index stamp = Index(row + 1);
      Index* cols = indices + indptr[row];
      const int64_t full = indptr[row + 1] - indptr[row];
      int64_t count = 0;
      for (int64_t p = a.indptr[row]; p < a.indptr[row + 1]; ++p) {
        prefetch_named_row(a.indices, p, a.indptr[num_rows], b.indptr, b.indices, b.values);
        const Sum factor = Sum(a.values[p]);
        const int64_t stop = b.indptr[a.indices[p] + 1];
        for (int64_t q = b.indptr[a.indices[p]]; q < stop; ++q) {
          stamped_sum<Index, Sum>& own = slot[b.indices[q]];
          const Sum product = factor * Sum(b.values[q]);
          const bool fresh = own.stamp != stamp;
          if (fresh && count < full) cols[count++] = b.indices[q];
          own.sum = fresh ? product : own.sum + product;
          own.stamp = stamp;
        }
      }
      sort_distinct(cols, count, bits, num_words);
      for (int64_t i = 0; i < count; ++i) values[indptr[row] + i] = T(slot[cols[i]].sum);
    }
  });
  return ok;
}

// out (mask_indptr[num_rows]).
template <typename Index, typename T>
int32_t masked_product(const int64_t* mask_indptr, const Index* mask_indices, matrix_rows<Index, T> a,
                       matrix_rows<Index, T> b, int64_t num_rows, int64_t num_cols, T* out, int num_threads) {
  using Sum = accumulator_t<T>;
  const auto work = product_work(a.indptr, a.indices, b.indptr, num_rows, num_threads);
  zeroed<Sum> sums(num_cols * std::max(1, num_threads));
  for_row_ranges(work.data(), num_rows, num_threads, [&](int64_t first, int64_t last) {
    Sum* sum = sums.get() + num_cols * thread_number();
    for (int64_t row = first; row < last; ++row) {
      const int64_t start = mask_indptr[row], end = mask_indptr[row + 1];
      if (start == end) continue;
      // Slots outside of the mask gather sums that nobody reads.
      for (int64_t m = start; m < end; ++m) sum[mask_indices[m]] = Sum(0);
      for (int64_t p = a.indptr[row]; p < a.indptr[row + 1]; ++p) {
        prefetch_named_row(a.indices, p, a.indptr[num_rows], b.indptr, b.indices, b.values);
        const Sum factor = Sum(a.values[p]);
        const int64_t stop = b.indptr[a.indices[p] + 1];
        for (int64_t q = b.indptr[a.indices[p]]; q < stop; ++q) sum[b.indices[q]] += factor * Sum(b.values[q]);
      }
      for (int64_t m = start; m < end; ++m) out[m] = T(sum[mask_indices[m]]);
    }
  });
  return ok;
}

// out (mask_indptr[num_rows]); columns of X and Y lie below num_cols, those of the mask are rows of Y.
template <typename Index, typename T>
int32_t masked_dots(const int64_t* mask_indptr, const Index* mask_indices, matrix_rows<Index, T> x,
                    matrix_rows<Index, T> y, int64_t num_rows, int64_t num_cols, T* out, int num_threads) {
  using Sum = accumulator_t<T>;
  const auto work = product_work(mask_indptr, mask_indices, y.indptr, num_rows, num_threads);
  zeroed<Sum> dense(num_cols * std::max(1, num_threads));
  for_row_ranges(work.data(), num_rows, num_threads, [&](int64_t first, int64_t last) {
    Sum* own = dense.get() + num_cols * thread_number();
    for (int64_t row = first; row < last; ++row) {
      if (mask_indptr[row] == mask_indptr[row + 1]) continue;
      const int64_t start = x.indptr[row], end = x.indptr[row + 1];
      for (int64_t p = start; p < end; ++p) own[x.indices[p]] += Sum(x.values[p]);
      for (int64_t m = mask_indptr[row]; m < mask_indptr[row + 1]; ++m) {
        prefetch_named_row(mask_indices, m, mask_indptr[num_rows], y.indptr, y.indices, y.values);
        Sum sum = Sum(0);
        const int64_t stop = y.indptr[mask_indices[m] + 1];
        for (int64_t q = y.indptr[mask_indices[m]]; q < stop; ++q) sum += own[y.indices[q]] * Sum(y.values[q]);
        out[m] = T(sum);
      }
      for (int64_t p = start; p < end; ++p) own[x.indices[p]] = Sum(0);
    }
  });
  return ok;
}

}  // namespace weft
