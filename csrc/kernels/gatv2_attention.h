// Attention of GATv2 over edges. The score of edge e = (u, v) and head h is
//
//   score[e, h] = sum over d of attn[h, d] * leaky(x[e, h, d]),   x[e, h, d] = feat_src[u, h, d] + feat_dst[v, h, d]
//   leaky(x)    = x > 0 ? x : slope * x
//
// the value is feat_src, and the rest is scored_attention.h. With s[e, h] = d loss / d score[e, h] and t = s where x is
// positive, else slope * s,
//
//   d loss / d feat_dst[v, h, d] = attn[h, d] * sum over the edges of v of t
//   d loss / d feat_src[u, h, d] = attn[h, d] * sum over the edges of u of t, and what the value gets
//   d loss / d attn[h, d]        = sum over the edges of t * x.
//
// Source: Brody, Alon and Yahav 2022 (arXiv:2105.14491).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "scored_attention.h"

namespace weft {

template <typename T, typename Index>
struct gatv2_score {
  using Acc = accumulator_t<T>;
  int64_t num_heads, dim;
  const T *feat_src, *feat_dst;
  const T* attn;  // (num_heads, dim)
  Acc slope;
  T *grad_src, *grad_dst, *grad_attn;

  int64_t width() const { return num_heads * dim; }
  int64_t scratch_size() const { return 4 * attention_scratch<Acc>::rounded(width()); }
  int64_t shared_size() const { return width(); }
  void write_shared(int64_t i, double total) const { grad_attn[i] = T(Acc(total)); }
  int64_t shape_dim(int64_t value_dim) const { return value_dim; }

  template <bool Source, int Heads, int Dim>
  class rows {
    const gatv2_score& from;
    const T* others;
    Acc *attention, *own;
    Acc *turned, *stretched;  // sums over the edges of t, and of t * x

   public:
    rows(const gatv2_score& from, attention_scratch<Acc>& scratch)
        : from(from),
          others(Source ? from.feat_dst : from.feat_src),
          attention(scratch.take(from.width())),
          own(scratch.take(from.width())),
          turned(scratch.take(from.width())),
          stretched(scratch.take(from.width())) {
      for (int64_t i = 0; i < from.width(); ++i) attention[i] = Acc(from.attn[i]);
    }

    void start(int64_t row) const {
      const T* const values = (Source ? from.feat_src : from.feat_dst) + row * from.width();
      for (int64_t i = 0; i < from.width(); ++i) own[i] = Acc(values[i]);
      std::fill(turned, turned + from.width(), Acc(0));
      std::fill(stretched, stretched + from.width(), Acc(0));
    }

    void prefetch(int64_t id) const { prefetch_row(others + id * from.width(), from.width()); }

    void score(const Index* ids, int64_t count, Acc* scores) const {
      const auto term = [this](auto lanes, auto values, int64_t at) {
        constexpr int W = decltype(lanes)::value;
        return load<Acc, W>(attention + at) * leaky<Acc, W>(values + load<Acc, W>(own + at), from.slope);
      };
      reduce_rows<Heads, Dim>(others, ids, count, from.num_heads, from.dim, scores, term);
    }

    void add(const Index* ids, int64_t count, const Acc* by_score) const {
      if constexpr (Dim != 0) {
        constexpr int group = head_group<Heads, Dim, true, Acc>;
        for (int h = 0; h < Heads; h += group) add_group(h, ids, count, by_score + h);
      } else {
        for (int64_t k = 0; k < count; ++k)
          add_edge(others + int64_t(ids[k]) * from.width(), by_score + k * from.num_heads);
      }
    }

    void finish_destination(int64_t row, double* shared) const {
      T* const to = from.grad_dst + row * from.width();
      for (int64_t i = 0; i < from.width(); ++i) {
        to[i] = T(attention[i] * turned[i]);
        shared[i] += double(stretched[i]);
      }
    }

    void finish_source(int64_t row, const Acc* by_value) const {
      T* const to = from.grad_src + row * from.width();
      for (int64_t i = 0; i < from.width(); ++i) to[i] = T(by_value[i] + attention[i] * turned[i]);
    }

   private:
    // Heads from `head` on, of a shape known when compiling: the sums of a block stay in registers.
    void add_group(int head, const Index* ids, int64_t count, const Acc* by_score) const {
      constexpr int W = head_vector<Dim, Acc>, vectors = Dim / W, wide = head_group<Heads, Dim, true, Acc> * vectors;
      using vector = lanes_t<Acc, W>;
      const int64_t begin = int64_t(head) * Dim;
      std::array<vector, size_t(wide)> turn{}, stretch{};
      for (int64_t k = 0; k < count; ++k) {
        const T* const row = others + int64_t(ids[k]) * (Heads * Dim) + begin;
        for (int i = 0; i < wide; ++i) {
          const vector x = load<Acc, W>(row + i * W) + load<Acc, W>(own + begin + i * W);
          const Acc by = by_score[k * Heads + i / vectors];
          const vector t = x > Acc(0) ? fill<Acc, W>(by) : fill<Acc, W>(from.slope * by);
          turn[size_t(i)] += t;
          if constexpr (!Source) stretch[size_t(i)] += t * x;
        }
      }
      for (int i = 0; i < wide; ++i) {
        Acc *const to = turned + begin + i * W, *const more = stretched + begin + i * W;
        store<Acc, W>(to, load<Acc, W>(to) + turn[size_t(i)]);
        if constexpr (!Source) store<Acc, W>(more, load<Acc, W>(more) + stretch[size_t(i)]);
      }
    }

    void add_edge(const T* row, const Acc* by_score) const {
      constexpr int W = native_lanes<Acc>;
      for (int64_t h = 0; h < from.num_heads; ++h) {
        const Acc by = by_score[h];
        int64_t at = h * from.dim;
        for (; at + W <= (h + 1) * from.dim; at += W) add_lanes<W>(row, at, by);
        for (; at < (h + 1) * from.dim; ++at) add_lanes<1>(row, at, by);
      }
    }

    template <int W>
    WEFT_INLINE void add_lanes(const T* row, int64_t at, Acc by) const {
      using vector = lanes_t<Acc, W>;
      const vector x = load<Acc, W>(row + at) + load<Acc, W>(own + at);
      const vector t = x > Acc(0) ? fill<Acc, W>(by) : fill<Acc, W>(from.slope * by);
      store<Acc, W>(turned + at, load<Acc, W>(turned + at) + t);
      if constexpr (!Source) store<Acc, W>(stretched + at, load<Acc, W>(stretched + at) + t * x);
    }
  };
};

}  // namespace weft
