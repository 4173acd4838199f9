// C interface of kernels/gat_attention.h and kernels/gat_gradient.h.
#include "kernels/gat_attention.h"

#include "attention_call.h"
#include "export.h"
#include "kernels/gat_gradient.h"

using namespace weft;

// Scores are in the accumulator type of dtype.
WEFT_EXPORT int32_t weft_gat_scores(int64_t num_src, int64_t num_dst, int64_t num_heads, int64_t dim, const void* feat,
                                    const void* attn_src, const void* attn_dst, void* score_src, void* score_dst,
                                    int32_t dtype, int32_t num_threads) {
  return with_attention_type(dtype, [&](auto dtype_tag) {
    using T = typename decltype(dtype_tag)::type;
    using Acc = accumulator_t<T>;
    return gat_scores(num_src, num_dst, num_heads, dim, static_cast<const T*>(feat), static_cast<const T*>(attn_src),
                      static_cast<const T*>(attn_dst), static_cast<Acc*>(score_src), static_cast<Acc*>(score_dst),
                      num_threads);
  });
}

// Scores, stats and positive are in the accumulator type of dtype, also below; bias and positive may be null.
WEFT_EXPORT int32_t weft_gat_attention(const int64_t* indptr, const void* indices, const void* eids, int64_t num_rows,
                                       int64_t num_edges, int64_t num_heads, int64_t dim, const void* feat,
                                       const void* score_src, const void* score_dst, const void* bias, double slope,
                                       int64_t seed, int64_t keep_threshold, double keep_scale, void* out, void* stats,
                                       void* positive, int32_t dtype, int32_t index_bits, int32_t num_threads) {
  return with_attention_types(dtype, index_bits, [&](auto dtype_tag, auto index_tag) {
    using T = typename decltype(dtype_tag)::type;
    using Index = typename decltype(index_tag)::type;
    using Acc = accumulator_t<T>;
    const gat_forward_task<T, Index> task{edges_argument{indptr, indices, eids, num_rows}.as<Index>(num_edges),
                                          num_heads,
                                          dim,
                                          static_cast<const T*>(feat),
                                          static_cast<const Acc*>(score_src),
                                          static_cast<const Acc*>(score_dst),
                                          static_cast<const T*>(bias),
                                          Acc(slope),
                                          dropout_of(seed, keep_threshold, keep_scale),
                                          static_cast<T*>(out),
                                          static_cast<Acc*>(stats),
                                          static_cast<Acc*>(positive)};
    return gat_attention(task, num_threads);
  });
}

// So are known and the gradients of scores. bias and grad_bias may be null, positive and
// grad_score_dst may be null together.
WEFT_EXPORT int32_t weft_gat_backward_destinations(int64_t num_rows, int64_t num_heads, int64_t dim,
                                                   const void* score_dst, const void* out, const void* grad,
                                                   const void* bias, const void* stats, const void* positive,
                                                   double slope, void* known, void* grad_score_dst, void* grad_bias,
                                                   int32_t dtype, int32_t num_threads) {
  return with_attention_type(dtype, [&](auto dtype_tag) {
    using T = typename decltype(dtype_tag)::type;
    using Acc = accumulator_t<T>;
    const gat_destination_task<T> task{num_rows,
                                       num_heads,
                                       dim,
                                       static_cast<const Acc*>(score_dst),
                                       static_cast<const T*>(out),
                                       static_cast<const T*>(grad),
                                       static_cast<const T*>(bias),
                                       static_cast<const Acc*>(stats),
                                       static_cast<const Acc*>(positive),
                                       Acc(slope),
                                       static_cast<Acc*>(known),
                                       static_cast<Acc*>(grad_score_dst),
                                       static_cast<T*>(grad_bias)};
    return gat_backward_destinations(task, num_threads);
  });
}

// indptr, indices and eids are those of the reverse format. The attention vectors, grad_score_dst and the gradients of
// the vectors may be null together.
WEFT_EXPORT int32_t weft_gat_backward_sources(const int64_t* indptr, const void* indices, const void* eids,
                                              int64_t num_src, int64_t num_dst, int64_t num_edges, int64_t num_heads,
                                              int64_t dim, const void* feat, const void* score_src, const void* grad,
                                              const void* known, const void* attn_src, const void* attn_dst,
                                              const void* grad_score_dst, double slope, int64_t seed,
                                              int64_t keep_threshold, double keep_scale, void* grad_feat,
                                              void* grad_score_src, void* grad_attn_src, void* grad_attn_dst,
                                              int32_t dtype, int32_t index_bits, int32_t num_threads) {
  return with_attention_types(dtype, index_bits, [&](auto dtype_tag, auto index_tag) {
    using T = typename decltype(dtype_tag)::type;
    using Index = typename decltype(index_tag)::type;
    using Acc = accumulator_t<T>;
    const gat_source_task<T, Index> task{edges_argument{indptr, indices, eids, num_src}.as<Index>(num_edges),
                                         num_dst,
                                         num_heads,
                                         dim,
                                         static_cast<const T*>(feat),
                                         static_cast<const T*>(grad),
                                         static_cast<const Acc*>(score_src),
                                         static_cast<const Acc*>(known),
                                         static_cast<const T*>(attn_src),
                                         static_cast<const T*>(attn_dst),
                                         static_cast<const Acc*>(grad_score_dst),
                                         Acc(slope),
                                         dropout_of(seed, keep_threshold, keep_scale),
                                         static_cast<T*>(grad_feat),
                                         static_cast<Acc*>(grad_score_src),
                                         static_cast<T*>(grad_attn_src),
                                         static_cast<T*>(grad_attn_dst)};
    return gat_backward_sources(task, num_threads);
  });
}
