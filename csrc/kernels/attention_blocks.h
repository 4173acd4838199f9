// What scored_attention.h works with: the task, numbers of a thread, and the work on a block of edges that its forward
// and backward passes share.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>

#include "attention_edges.h"
#include "dispatch.h"
#include "edge_softmax.h"
#include "lanes.h"
#include "parallel.h"

namespace weft {

template <typename T, typename Index>
struct attention_task {
  using Acc = accumulator_t<T>;
  attention_edges<Index> edges;    // rows are destinations
  attention_edges<Index> reverse;  // rows are sources; read by the backward pass
  int64_t num_heads, dim;          // of value
  const T* value;
  const T* bias;  // (num_edges, num_heads), added to the scores; or null
  attention_dropout dropout;
  T* out;                   // the backward pass reads it
  accumulator_t<T>* stats;  // (num_rows, num_kept, num_heads); likewise
  const T* grad;
  T* grad_bias;  // or null
};

// What the forward pass leaves to the backward pass, and what the walk over sources reads of a destination: per row,
// `num_heads` values of each.
enum attention_kept : int64_t { kept_top = 0, kept_inverse = 1, num_kept = 2 };
enum attention_known : int64_t { known_top = 0, known_inverse = 1, known_dot = 2, num_known = 3 };

// Hands out pieces of a thread's numbers, each on a line of the cache.
template <typename Acc>
struct attention_scratch {
  Acc* at;
  static constexpr int64_t line = int64_t(64 / sizeof(Acc));
  static int64_t rounded(int64_t count) { return (count + line - 1) / line * line; }
  Acc* take(int64_t count) {
    Acc* const piece = at;
    at += rounded(count);
    return piece;
  }
};

// What both passes do with the edges of a block.
template <int Lanes, typename T, typename Index>
class attention_block_work {
 public:
  using Acc = accumulator_t<T>;
  static constexpr int W = softmax_row<Lanes, Acc>::W;
  using vector = lanes_t<Acc, W>;
  static constexpr int64_t num_blocks = 7, num_lanes = 3;

  const attention_task<T, Index>& task;
  const attention_edges<Index>& edges;
  const softmax_row<Lanes, Acc> row_work;
  Acc *score, *factor, *bias;  // one value an edge and head
  uint64_t* states;

  attention_block_work(const attention_task<T, Index>& task, const attention_edges<Index>& edges,
                       attention_scratch<Acc>& scratch, uint64_t* states)
      : task(task), edges(edges), row_work{task.num_heads, softmax_lanes(task.num_heads)}, states(states) {
    score = block(scratch), factor = block(scratch), bias = block(scratch);
  }

  static int64_t block_size(int64_t num_heads) { return (attention_block + 16) * num_heads; }
  Acc* block(attention_scratch<Acc>& scratch) const { return scratch.take(block_size(task.num_heads)); }
  Acc* lane(attention_scratch<Acc>& scratch) const { return scratch.take(row_work.lanes()); }

  static int64_t scratch_size(int64_t num_heads, int64_t dim) {
    using scratch = attention_scratch<Acc>;
    return num_blocks * scratch::rounded(block_size(num_heads)) +
           num_lanes * scratch::rounded(softmax_lanes(num_heads)) + scratch::rounded(num_heads * dim);
  }

  void add_bias(int64_t first, int64_t count) const {
    if (!task.bias) return;
    const edge_rows<0, T, Index> rows{edges.eids, task.num_heads, edges.num_edges};
    rows.gather(task.bias, first, first + count, bias);
    for (int64_t i = 0; i < count * task.num_heads; ++i) score[i] += bias[i];
  }

  bool drops() const { return task.dropout.threshold != 0; }

  void draw_factors(int64_t first, int64_t count) const {
    if (!drops()) return;
    dropout_factors(task.dropout, edges.eids, first, count, task.num_heads, states, factor);
    row_work.pad(factor, count * task.num_heads, Acc(0));
  }
};

// Numbers for all threads, and the 64-bit states of dropout.
template <typename T, typename Index>
struct attention_memory {
  using Acc = accumulator_t<T>;
  int64_t size, num_states;
  std::unique_ptr<Acc[]> numbers;
  std::unique_ptr<uint64_t[]> words;

  attention_memory(const attention_task<T, Index>& task, int64_t more, int num_threads) {
    using work = attention_block_work<0, T, Index>;
    const auto threads = size_t(std::max(1, num_threads));
    size = work::scratch_size(task.num_heads, task.dim) + more;
    num_states = work::block_size(task.num_heads);
    numbers.reset(new Acc[threads * size_t(size) + size_t(attention_scratch<Acc>::line)]);
    words.reset(new uint64_t[threads * size_t(num_states)]);
  }

  attention_scratch<Acc> scratch() const {
    constexpr uintptr_t line = 64;
    const auto start = (reinterpret_cast<uintptr_t>(numbers.get()) + line - 1) / line * line;
    return {reinterpret_cast<Acc*>(start) + thread_number() * size};
  }
  uint64_t* states() const { return words.get() + thread_number() * num_states; }
};

}  // namespace weft
