// C interface of kernels/dot_attention.h. scale, grad_scale and stats are in the accumulator type of dtype; bias and
// grad_bias may be null.
#include "kernels/dot_attention.h"

#include "attention_call.h"
#include "export.h"

using namespace weft;

WEFT_EXPORT int32_t weft_dot_attention(const int64_t* indptr, const void* indices, const void* eids, int64_t num_rows,
                                       int64_t num_edges, int64_t num_heads, int64_t key_dim, int64_t dim,
                                       const void* query, const void* key, const void* value, const void* bias,
                                       const void* scale, int64_t seed, int64_t keep_threshold, double keep_scale,
                                       void* out, void* stats, int32_t dtype, int32_t index_bits, int32_t num_threads) {
  return with_attention_types(dtype, index_bits, [&](auto dtype_tag, auto index_tag) {
    using T = typename decltype(dtype_tag)::type;
    using Index = typename decltype(index_tag)::type;
    using Acc = accumulator_t<T>;
    attention_task<T, Index> task{};
    task.edges = edges_argument{indptr, indices, eids, num_rows}.as<Index>(num_edges);
    task.num_heads = num_heads, task.dim = dim;
    task.value = static_cast<const T*>(value), task.bias = static_cast<const T*>(bias);
    task.dropout = dropout_of(seed, keep_threshold, keep_scale);
    task.out = static_cast<T*>(out), task.stats = static_cast<Acc*>(stats);
    dot_score<T, Index> score{};
    score.num_heads = num_heads, score.key_dim = key_dim, score.dim = dim;
    score.query = static_cast<const T*>(query), score.key = static_cast<const T*>(key);
    score.scale = static_cast<const Acc*>(scale);
    return attention_forward(task, score, num_threads);
  });
}

WEFT_EXPORT int32_t weft_dot_attention_backward(
    const int64_t* indptr, const void* indices, const void* eids, const int64_t* reverse_indptr,
    const void* reverse_indices, const void* reverse_eids, int64_t num_dst, int64_t num_src, int64_t num_edges,
    int64_t num_heads, int64_t key_dim, int64_t dim, const void* query, const void* key, const void* value,
    const void* bias, const void* scale, const void* out, const void* stats, const void* grad, int64_t seed,
    int64_t keep_threshold, double keep_scale, void* grad_query, void* grad_key, void* grad_value, void* grad_bias,
    void* grad_scale, int32_t dtype, int32_t index_bits, int32_t num_threads) {
  return with_attention_types(dtype, index_bits, [&](auto dtype_tag, auto index_tag) {
    using T = typename decltype(dtype_tag)::type;
    using Index = typename decltype(index_tag)::type;
    using Acc = accumulator_t<T>;
    const attention_task<T, Index> task{
        edges_argument{indptr, indices, eids, num_dst}.as<Index>(num_edges),
        edges_argument{reverse_indptr, reverse_indices, reverse_eids, num_src}.as<Index>(num_edges),
        num_heads,
        dim,
        static_cast<const T*>(value),
        static_cast<const T*>(bias),
        dropout_of(seed, keep_threshold, keep_scale),
        static_cast<T*>(const_cast<void*>(out)),
        static_cast<Acc*>(const_cast<void*>(stats)),
        static_cast<const T*>(grad),
        static_cast<T*>(grad_bias)};
    const dot_score<T, Index> score{num_heads,
                                    key_dim,
                                    dim,
                                    static_cast<const T*>(query),
                                    static_cast<const T*>(key),
                                    static_cast<const Acc*>(scale),
                                    fresh_rows<T>(grad_query, num_dst, num_heads * key_dim),
                                    fresh_rows<T>(grad_key, num_src, num_heads * key_dim),
                                    fresh_rows<T>(grad_value, num_src, num_heads * dim),
                                    static_cast<Acc*>(grad_scale)};
    return attention_backward(task, score, num_threads);
  });
}
