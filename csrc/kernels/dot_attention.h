// Scaled dot-product attention over edges. The score of edge e = (u, v) and head h is
//
//   score[e, h] = scale[h] * <key[u, h], query[v, h]> + bias[e, h]
//
// and the rest is scored_attention.h. With s[e, h] = d loss / d score[e, h],
//
//   d loss / d query[v, h] = scale[h] * sum over the edges of v of s * key[u, h]
//   d loss / d key[u, h]   = scale[h] * sum over the edges of u of s * query[v, h]
//   d loss / d scale[h]    = sum over v of <query[v, h], sum over the edges of v of s * key[u, h]>
//   d loss / d bias[e, h]  = s[e, h].
//
// Sources: Vaswani et al. 2017 (arXiv:1706.03762); Dwivedi and Bresson 2020 (arXiv:2012.09699); a scale a head: Hu et
// al. 2020 (arXiv:2003.01332).
#pragma once

#include <algorithm>
#include <cstdint>

#include "scored_attention.h"

namespace weft {

template <typename T, typename Index>
struct dot_score {
  using Acc = accumulator_t<T>;
  int64_t num_heads, key_dim, dim;  // of query and key, and of value
  const T *query, *key;
  const Acc* scale;  // (num_heads,)
  T *grad_query, *grad_key, *grad_value;
  Acc* grad_scale;

  int64_t width() const { return num_heads * key_dim; }
  int64_t scratch_size() const { return 2 * attention_scratch<Acc>::rounded(width()); }
  int64_t shared_size() const { return num_heads; }
  void write_shared(int64_t i, double total) const { grad_scale[i] = Acc(total); }
  // The shapes known when compiling have keys as large as values.
  int64_t shape_dim(int64_t value_dim) const { return value_dim == key_dim ? value_dim : -1; }

  template <bool Source, int Heads, int Dim>
  class rows {
    const dot_score& from;
    const T *own_table, *others;
    Acc *own, *sums;  // the row's query or key times the scale; sum of the gradient, before it is scaled

   public:
    rows(const dot_score& from, attention_scratch<Acc>& scratch)
        : from(from),
          own_table(Source ? from.key : from.query),
          others(Source ? from.query : from.key),
          own(scratch.take(from.width())),
          sums(scratch.take(from.width())) {}

    void start(int64_t row) const {
      const T* const values = own_table + row * from.width();
      for (int64_t h = 0; h < from.num_heads; ++h) {
        for (int64_t i = h * from.key_dim; i < (h + 1) * from.key_dim; ++i) own[i] = from.scale[h] * Acc(values[i]);
      }
      std::fill(sums, sums + from.width(), Acc(0));
    }

    void prefetch(int64_t id) const { prefetch_row(others + id * from.width(), from.width()); }

    void score(const Index* ids, int64_t count, Acc* scores) const {
      dot_with_rows<Heads, Dim>(own, others, ids, count, from.num_heads, from.key_dim, scores);
    }

    void add(const Index* ids, int64_t count, const Acc* by_score) const {
      add_weighted<Heads, Dim, false>(others, ids, count, from.num_heads, from.key_dim, by_score, sums, by_score, sums);
    }

    void finish_destination(int64_t row, double* shared) const {
      const T* const values = own_table + row * from.width();
      for (int64_t h = 0; h < from.num_heads; ++h) {
        shared[h] += double(dot_product<Dim, Acc>(values + h * from.key_dim, sums + h * from.key_dim, from.key_dim));
      }
      write(from.grad_query + row * from.width());
    }

    void finish_source(int64_t row, const Acc* by_value) const {
      write(from.grad_key + row * from.width());
      const int64_t width = from.num_heads * from.dim;
      for (int64_t i = 0; i < width; ++i) from.grad_value[row * width + i] = T(by_value[i]);
    }

   private:
    void write(T* to) const {
      for (int64_t h = 0; h < from.num_heads; ++h) {
        for (int64_t i = h * from.key_dim; i < (h + 1) * from.key_dim; ++i) to[i] = T(from.scale[h] * sums[i]);
      }
    }
  };
};

}  // namespace weft
