// Products of rows with the matrix of their group, and the products of both that are its gradient:
//
//   out[i]   = a[i] @ b[s]                                          (segment_mm)
//   total[s] = sum over the rows i of group s of a[i]^T * g[i]      (segment_outer)
//
// where group s is the rows i = order[p] for p from offsets[s] to offsets[s + 1]; i = p when `order` is null.
//
//   offsets (num_segments + 1); order (num_rows), each row once; a (num_rows, depth); b (num_segments, depth, columns)
//   with strides inside of a matrix, one matrix after the other; out (num_rows, columns); g (num_rows, columns);
//   total (num_segments, depth, columns). What has no strides is dense. Offsets are checked here; callers have checked
//   shapes and `order`. 16-bit floats are computed in float32 and rounded once;
//   bfloat16 by the CPU's own instruction where it has one (bfloat16_pairs.h).
//
// Method: rows are taken a block at a time. Blocks that lie in order, in the type that is computed in, are read and
// written in place; others go through a block of scratch, so that a permuted copy of all rows is never made. A row of
// `out` is made by one thread, its inner index ascending, whatever rows it is computed beside. Rows of `total` are
// added in chunks that depend on sizes alone, each by one thread in ascending order, and chunks in ascending order. So
// bits do not depend on the number of threads.
#pragma once

#include "bfloat16_pairs.h"
#include "dense_tiles.h"
#include "dispatch.h"
#include "memory.h"
#include "parallel.h"
#include "segment_reduce.h"

namespace weft {

template <typename T, typename Index>
struct segment_mm_task {
  const int64_t* offsets = nullptr;
  int64_t num_segments = 0;
  const Index* order = nullptr;
  int64_t num_rows = 0;
  const T* a = nullptr;
  int64_t depth = 0;
  const T* b = nullptr;
  int64_t row_stride = 0, column_stride = 0;
  int64_t columns = 0;
  T* out = nullptr;

  int64_t row(int64_t position) const { return order ? int64_t(order[position]) : position; }
};

// Rows of a block: whole tiles, few enough that what they are read from and written to stays in the fastest caches.
inline constexpr int64_t grouped_rows = 16 * tile_rows;

// What a thread of segment_mm works with.
template <typename T, typename Index>
class grouped_product {
 public:
  using A = accumulator_t<T>;
  static constexpr bool same_type = std::is_same_v<T, A>;

  explicit grouped_product(const segment_mm_task<T, Index>& task) : task_(task) {
    if (same_type || !reserve_pairs()) matrix_.reserve(task.depth, task.columns);
    if ((same_type && !task.order) || !pairs_.empty()) return;
    left_.resize(size_t(grouped_rows * task.depth));
    result_.resize(size_t(grouped_rows * task.columns));
  }

  // Positions [first, last).
  void run(int64_t first, int64_t last) {
    const int64_t* ends = task_.offsets + 1;
    int64_t segment = std::upper_bound(ends, ends + task_.num_segments, first) - ends;
    for (; first < last; ++segment) {
      const int64_t end = std::min(last, ends[segment]);
      if (first == end) continue;
      pack(segment);
      for (; first < end; first += grouped_rows) block(first, std::min(grouped_rows, end - first));
      first = end;
    }
  }

 private:
  // Makes room for pairs and returns true where the CPU's instruction on them is to be used.
  bool reserve_pairs() {
#if defined(WEFT_BFLOAT16_PAIRS)
    if (!std::is_same_v<T, bfloat16> || !has_bfloat16_pairs()) return false;
    const int64_t num_pairs = (task_.depth + 1) / 2, padded = whole_vectors<float>(task_.columns);
    pairs_.resize(size_t(num_pairs * padded));
    // The second half of the last pair stays 0 where the depth is odd.
    narrow_left_.resize(size_t(grouped_rows * 2 * num_pairs));
    result_.resize(size_t(grouped_rows * padded));
    return !pairs_.empty();
#else
    return false;
#endif
  }

  void pack(int64_t segment) {
    if (segment == packed_) return;
    packed_ = segment;
    const T* matrix = task_.b + segment * task_.depth * task_.columns;
#if defined(WEFT_BFLOAT16_PAIRS)
    if constexpr (std::is_same_v<T, bfloat16>) {
      if (!pairs_.empty()) {
        const auto row = [&](int64_t k) { return matrix + k * task_.row_stride; };
        return pack_pairs(row, task_.depth, task_.columns, task_.column_stride, pairs_.data());
      }
    }
#endif
    matrix_.pack(matrix, task_.depth, task_.columns, task_.row_stride, task_.column_stride);
  }

#if defined(WEFT_BFLOAT16_PAIRS)
  void block_of_pairs(int64_t first, int64_t count) {
    const int64_t num_pairs = (task_.depth + 1) / 2, padded = whole_vectors<float>(task_.columns);
    left_pairs left{task_.a + first * task_.depth, task_.depth, 2};
    if (task_.order || task_.depth % 2 != 0) {
      left = {narrow_left_.data(), 2 * num_pairs, 2};
      for (int64_t i = 0; i < count; ++i) {
        std::copy_n(task_.a + task_.row(first + i) * task_.depth, task_.depth, narrow_left_.data() + i * 2 * num_pairs);
      }
    }
    multiply_pairs(left, pairs_.data(), num_pairs, count, false, result_.data(), padded);
    for (int64_t i = 0; i < count; ++i) {
      narrow_row(result_.data() + i * padded, task_.columns, task_.out + task_.row(first + i) * task_.columns);
    }
  }
#endif

  void block(int64_t first, int64_t count) {
#if defined(WEFT_BFLOAT16_PAIRS)
    if constexpr (std::is_same_v<T, bfloat16>) {
      if (!pairs_.empty()) return block_of_pairs(first, count);
    }
#endif
    if constexpr (same_type) {
      if (!task_.order) {
        const row_block<A> rows{task_.a + first * task_.depth, task_.depth};
        multiply_rows<A>({{{rows, &matrix_}, {}}}, nullptr, count, task_.out + first * task_.columns, task_.columns);
        return;
      }
    }
    for (int64_t i = 0; i < count; ++i) {
      const T* from = task_.a + task_.row(first + i) * task_.depth;
      A* to = left_.data() + i * task_.depth;
      for (int64_t k = 0; k < task_.depth; ++k) to[k] = A(from[k]);
    }
    const row_block<A> rows{left_.data(), task_.depth};
    multiply_rows<A>({{{rows, &matrix_}, {}}}, nullptr, count, result_.data(), task_.columns);
    for (int64_t i = 0; i < count; ++i) {
      const A* from = result_.data() + i * task_.columns;
      T* to = task_.out + task_.row(first + i) * task_.columns;
      for (int64_t k = 0; k < task_.columns; ++k) to[k] = T(from[k]);
    }
  }

  segment_mm_task<T, Index> task_;
  packed_matrix<A> matrix_;
  int64_t packed_ = -1;
  std::vector<A> left_, result_;
  std::vector<uint32_t> pairs_;
  std::vector<T> narrow_left_;
};

template <typename T, typename Index>
int32_t segment_mm(const segment_mm_task<T, Index>& task, int num_threads) {
  if (!offsets_are_sound(task.offsets, task.num_segments, task.num_rows)) return bad_argument;
  if (task.num_rows == 0 || task.columns == 0) return ok;
  prefer_large_pages(task.out, task.num_rows * task.columns * int64_t(sizeof(T)));
  const int64_t num_blocks = (task.num_rows + grouped_rows - 1) / grouped_rows;
  const int64_t num_parts = num_threads <= 1 ? 1 : std::min(num_blocks, int64_t(num_threads) * 16);
  std::vector<grouped_product<T, Index>> products(size_t(std::max(1, num_threads)), grouped_product<T, Index>(task));
#pragma omp parallel for schedule(dynamic, 1) num_threads(num_threads) if (num_parts > 1)
  for (int64_t part = 0; part < num_parts; ++part) {
    const auto cut = [&](int64_t at) { return std::min(task.num_rows, num_blocks * at / num_parts * grouped_rows); };
    products[size_t(thread_number())].run(cut(part), cut(part + 1));
  }
  return ok;
}

template <typename T, typename Index>
struct segment_outer_task {
  const int64_t* offsets = nullptr;
  int64_t num_segments = 0;
  const Index* order = nullptr;
  int64_t num_rows = 0;
  const T* a = nullptr;
  int64_t depth = 0;
  const T* g = nullptr;
  int64_t columns = 0;
  T* total = nullptr;

  int64_t row(int64_t position) const { return order ? int64_t(order[position]) : position; }
};

// Positions of one segment that one thread adds, and which of the buffers of sums takes them: none, -1, for a segment
// that is a single chunk.
struct segment_chunk {
  int64_t segment = 0, first = 0, last = 0, buffer = -1;
};

// Chunks so large that their sums are few beside the rows: at most an eighth of them.
template <typename T, typename Index>
std::vector<segment_chunk> segment_chunks(const segment_outer_task<T, Index>& task) {
  const int64_t most = std::max<int64_t>(4096, 8 * std::min(task.depth, task.columns));
  std::vector<segment_chunk> chunks;
  int64_t num_buffers = 0;
  for (int64_t segment = 0; segment < task.num_segments; ++segment) {
    const int64_t first = task.offsets[segment], last = task.offsets[segment + 1];
    const int64_t count = std::max<int64_t>(1, (last - first + most - 1) / most);
    for (int64_t part = 0; part < count; ++part) {
      chunks.push_back({segment, first + (last - first) * part / count, first + (last - first) * (part + 1) / count,
                        count == 1 ? -1 : num_buffers++});
    }
  }
  return chunks;
}

// What a thread of segment_outer works with.
template <typename T, typename Index>
class grouped_outer {
 public:
  using A = accumulator_t<T>;
  static constexpr bool same_type = std::is_same_v<T, A>;

  explicit grouped_outer(const segment_outer_task<T, Index>& task)
      : task_(task),
        padded_(whole_vectors<A>(task.columns)),
        in_place_(same_type && !task.order),
        whole_(same_type && padded_ == task.columns) {
    if (!whole_) sum_.resize(size_t(task.depth * padded_));
#if defined(WEFT_BFLOAT16_PAIRS)
    if (std::is_same_v<T, bfloat16> && has_bfloat16_pairs()) {
      left_words_.resize(size_t(grouped_rows / 2 * task.depth));
      right_words_.resize(size_t(grouped_rows / 2 * padded_));
      return;
    }
#endif
    if (!in_place_) left_.resize(size_t(grouped_rows * task.depth));
    if (!in_place_ || !whole_) right_.resize(size_t(grouped_rows * padded_));
  }

  // Adds a chunk: to its buffer of depth * padded numbers, zero at first, else straight to the result.
  void run(const segment_chunk& chunk, A* buffers) {
    const int64_t size = task_.depth * padded_;
    if (chunk.buffer >= 0) return add(chunk, buffers + chunk.buffer * size);
    T* result = task_.total + chunk.segment * task_.depth * task_.columns;
    if constexpr (same_type) {
      if (whole_) {
        std::fill_n(result, size, A(0));
        return add(chunk, result);
      }
    }
    std::fill(sum_.begin(), sum_.end(), A(0));
    add(chunk, sum_.data());
    narrow(sum_.data(), result);
  }

  // Adds the buffers of a segment in ascending order: `count` of them from the first.
  void join(A* buffers, int64_t count, T* result) {
    const int64_t size = task_.depth * padded_;
    for (int64_t part = 1; part < count; ++part) {
      const A* from = buffers + part * size;
      for (int64_t i = 0; i < size; ++i) buffers[i] += from[i];
    }
    narrow(buffers, result);
  }

 private:
  void narrow(const A* from, T* to) const {
    for (int64_t k = 0; k < task_.depth; ++k) {
      for (int64_t i = 0; i < task_.columns; ++i) to[k * task_.columns + i] = T(from[k * padded_ + i]);
    }
  }

  void add(const segment_chunk& chunk, A* sum) {
    for (int64_t first = chunk.first; first < chunk.last; first += grouped_rows) {
      const int64_t count = std::min(grouped_rows, chunk.last - first);
#if defined(WEFT_BFLOAT16_PAIRS)
      if constexpr (std::is_same_v<T, bfloat16>) {
        if (!left_words_.empty()) {
          add_pairs(first, count, sum);
          continue;
        }
      }
#endif
      const auto left = rows(task_.a, task_.depth, task_.depth, first, count, in_place_, left_);
      const auto right = rows(task_.g, task_.columns, padded_, first, count, in_place_ && whole_, right_);
      add_outer_products<A>(left, right, count, task_.depth, padded_, sum);
    }
  }

#if defined(WEFT_BFLOAT16_PAIRS)
  // Pairs are two rows: those of `a` lie a row of words after the other, a word for each number of depth.
  void add_pairs(int64_t first, int64_t count, float* sum) {
    const int64_t num_pairs = (count + 1) / 2, depth = task_.depth;
    for (int64_t pair = 0; pair < num_pairs; ++pair) {
      const bfloat16* one = task_.a + task_.row(first + 2 * pair) * depth;
      const bool both = 2 * pair + 1 < count;
      const bfloat16* other = both ? task_.a + task_.row(first + 2 * pair + 1) * depth : nullptr;
      uint32_t* to = left_words_.data() + pair * depth;
      for (int64_t k = 0; k < depth; ++k) to[k] = both ? pair_of(one[k], other[k]) : pair_of(one[k], bfloat16{});
    }
    const auto row = [&](int64_t i) { return task_.g + task_.row(first + i) * task_.columns; };
    pack_pairs(row, count, task_.columns, 1, right_words_.data());
    const left_pairs left{reinterpret_cast<const bfloat16*>(left_words_.data()), 2, 2 * depth};
    multiply_pairs(left, right_words_.data(), num_pairs, depth, true, sum, padded_);
  }
#endif

  // Rows in the type that is computed in, each with zeros up to `padded`; in place, or in scratch.
  row_block<A> rows(const T* from, int64_t width, int64_t padded, int64_t first, int64_t count, bool in_place,
                    std::vector<A>& scratch) const {
    if constexpr (same_type) {
      if (in_place) return {from + first * width, width};
    }
    for (int64_t i = 0; i < count; ++i) {
      const T* row = from + task_.row(first + i) * width;
      A* to = scratch.data() + i * padded;
      for (int64_t k = 0; k < width; ++k) to[k] = A(row[k]);
      std::fill(to + width, to + padded, A(0));
    }
    return {scratch.data(), padded};
  }

  segment_outer_task<T, Index> task_;
  int64_t padded_;
  bool in_place_, whole_;
  std::vector<A> left_, right_, sum_;
  std::vector<uint32_t> left_words_, right_words_;
};

template <typename T, typename Index>
int32_t segment_outer(const segment_outer_task<T, Index>& task, int num_threads) {
  using A = accumulator_t<T>;
  if (!offsets_are_sound(task.offsets, task.num_segments, task.num_rows)) return bad_argument;
  if (task.depth == 0 || task.columns == 0) return ok;
  prefer_large_pages(task.total, task.num_segments * task.depth * task.columns * int64_t(sizeof(T)));
  const std::vector<segment_chunk> chunks = segment_chunks(task);
  const int64_t num_chunks = int64_t(chunks.size()), size = task.depth * whole_vectors<A>(task.columns);
  // The first chunk of each segment that has several, and how many.
  std::vector<std::pair<int64_t, int64_t>> split;
  int64_t num_buffers = 0;
  for (int64_t at = 0; at < num_chunks; ++at) {
    if (chunks[size_t(at)].buffer < 0) continue;
    if (at == 0 || chunks[size_t(at - 1)].segment != chunks[size_t(at)].segment) split.emplace_back(at, 0);
    ++split.back().second;
    ++num_buffers;
  }
  std::vector<A> buffers(size_t(num_buffers * size));
  const int64_t run = std::max<int64_t>(1, num_chunks / (int64_t(num_threads) * 32));
  std::vector<grouped_outer<T, Index>> outers(size_t(std::max(1, num_threads)), grouped_outer<T, Index>(task));
#pragma omp parallel for schedule(dynamic, run) num_threads(num_threads) if (num_chunks > 1)
  for (int64_t at = 0; at < num_chunks; ++at) {
    outers[size_t(thread_number())].run(chunks[size_t(at)], buffers.data());
  }
#pragma omp parallel for schedule(dynamic, 1) num_threads(num_threads) if (split.size() > 1)
  for (int64_t at = 0; at < int64_t(split.size()); ++at) {
    const segment_chunk& first = chunks[size_t(split[size_t(at)].first)];
    outers[size_t(thread_number())].join(buffers.data() + first.buffer * size, split[size_t(at)].second,
                                         task.total + first.segment * task.depth * task.columns);
  }
  return ok;
}

}  // namespace weft
