// C interface of kernels/gatv2_attention.h. stats is in the accumulator type of dtype.
#include "kernels/gatv2_attention.h"

#include "attention_call.h"
#include "export.h"

using namespace weft;

WEFT_EXPORT int32_t weft_gatv2_attention(const int64_t* indptr, const void* indices, const void* eids, int64_t num_rows,
                                         int64_t num_edges, int64_t num_heads, int64_t dim, const void* feat_src,
                                         const void* feat_dst, const void* attn, double slope, int64_t seed,
                                         int64_t keep_threshold, double keep_scale, void* out, void* stats,
                                         int32_t dtype, int32_t index_bits, int32_t num_threads) {
  return with_attention_types(dtype, index_bits, [&](auto dtype_tag, auto index_tag) {
    using T = typename decltype(dtype_tag)::type;
    using Index = typename decltype(index_tag)::type;
    using Acc = accumulator_t<T>;
    attention_task<T, Index> task{};
    task.edges = edges_argument{indptr, indices, eids, num_rows}.as<Index>(num_edges);
    task.num_heads = num_heads, task.dim = dim;
    task.value = static_cast<const T*>(feat_src);
    task.dropout = dropout_of(seed, keep_threshold, keep_scale);
    task.out = static_cast<T*>(out), task.stats = static_cast<Acc*>(stats);
    gatv2_score<T, Index> score{};
    score.num_heads = num_heads, score.dim = dim;
    score.feat_src = static_cast<const T*>(feat_src), score.feat_dst = static_cast<const T*>(feat_dst);
    score.attn = static_cast<const T*>(attn), score.slope = Acc(slope);
    return attention_forward(task, score, num_threads);
  });
}

WEFT_EXPORT int32_t weft_gatv2_attention_backward(
    const int64_t* indptr, const void* indices, const void* eids, const int64_t* reverse_indptr,
    const void* reverse_indices, const void* reverse_eids, int64_t num_dst, int64_t num_src, int64_t num_edges,
    int64_t num_heads, int64_t dim, const void* feat_src, const void* feat_dst, const void* attn, const void* out,
    const void* stats, const void* grad, double slope, int64_t seed, int64_t keep_threshold, double keep_scale,
    void* grad_src, void* grad_dst, void* grad_attn, int32_t dtype, int32_t index_bits, int32_t num_threads) {
  return with_attention_types(dtype, index_bits, [&](auto dtype_tag, auto index_tag) {
    using T = typename decltype(dtype_tag)::type;
    using Index = typename decltype(index_tag)::type;
    using Acc = accumulator_t<T>;
    const attention_task<T, Index> task{
        edges_argument{indptr, indices, eids, num_dst}.as<Index>(num_edges),
        edges_argument{reverse_indptr, reverse_indices, reverse_eids, num_src}.as<Index>(num_edges),
        num_heads,
        dim,
        static_cast<const T*>(feat_src),
        nullptr,
        dropout_of(seed, keep_threshold, keep_scale),
        static_cast<T*>(const_cast<void*>(out)),
        static_cast<Acc*>(const_cast<void*>(stats)),
        static_cast<const T*>(grad),
        nullptr};
    const gatv2_score<T, Index> score{num_heads,
                                      dim,
                                      static_cast<const T*>(feat_src),
                                      static_cast<const T*>(feat_dst),
                                      static_cast<const T*>(attn),
                                      Acc(slope),
                                      fresh_rows<T>(grad_src, num_src, num_heads * dim),
                                      fresh_rows<T>(grad_dst, num_dst, num_heads * dim),
                                      static_cast<T*>(grad_attn)};
    return attention_backward(task, score, num_threads);
  });
}
