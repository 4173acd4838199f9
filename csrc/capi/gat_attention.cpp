// C interface of kernels/gat_attention.h.
#include "kernels/gat_attention.h"

#include "attention_call.h"
#include "export.h"

using namespace weft;

// stats and positive are in the accumulator type of dtype; positive may be null.
WEFT_EXPORT int32_t weft_gat_attention(const int64_t* indptr, const void* indices, const void* eids, int64_t num_rows,
                                       int64_t num_edges, int64_t num_heads, int64_t dim, const void* feat,
                                       const void* score_src, const void* score_dst, double slope, int64_t seed,
                                       int64_t keep_threshold, double keep_scale, void* out, void* stats,
                                       void* positive, int32_t dtype, int32_t index_bits, int32_t num_threads) {
  return with_attention_types(dtype, index_bits, [&](auto dtype_tag, auto index_tag) {
    using T = typename decltype(dtype_tag)::type;
    using Index = typename decltype(index_tag)::type;
    using Acc = accumulator_t<T>;
    const gat_forward_task<T, Index> task{
        {indptr, static_cast<const Index*>(indices), static_cast<const Index*>(eids), num_rows, num_edges},
        num_heads,
        dim,
        static_cast<const T*>(feat),
        static_cast<const T*>(score_src),
        static_cast<const T*>(score_dst),
        Acc(slope),
        dropout_of(seed, keep_threshold, keep_scale),
        static_cast<T*>(out),
        static_cast<Acc*>(stats),
        static_cast<Acc*>(positive)};
    return gat_attention(task, num_threads);
  });
}

// indptr, indices and eids are those of the reverse format; positive and grad_score_dst may be null together.
WEFT_EXPORT int32_t weft_gat_attention_backward(const int64_t* indptr, const void* indices, const void* eids,
                                                int64_t num_src, int64_t num_dst, int64_t num_edges, int64_t num_heads,
                                                int64_t dim, const void* feat, const void* score_src,
                                                const void* score_dst, const void* out, const void* grad,
                                                const void* stats, const void* positive, double slope, int64_t seed,
                                                int64_t keep_threshold, double keep_scale, void* grad_feat,
                                                void* grad_score_src, void* grad_score_dst, int32_t dtype,
                                                int32_t index_bits, int32_t num_threads) {
  return with_attention_types(dtype, index_bits, [&](auto dtype_tag, auto index_tag) {
    using T = typename decltype(dtype_tag)::type;
    using Index = typename decltype(index_tag)::type;
    using Acc = accumulator_t<T>;
    const gat_backward_task<T, Index> task{
        {indptr, static_cast<const Index*>(indices), static_cast<const Index*>(eids), num_src, num_edges},
        num_dst,
        num_heads,
        dim,
        static_cast<const T*>(feat),
        static_cast<const T*>(score_src),
        static_cast<const T*>(score_dst),
        static_cast<const T*>(out),
        static_cast<const T*>(grad),
        static_cast<const Acc*>(stats),
        static_cast<const Acc*>(positive),
        Acc(slope),
        dropout_of(seed, keep_threshold, keep_scale),
        static_cast<T*>(grad_feat),
        static_cast<T*>(grad_score_src),
        static_cast<T*>(grad_score_dst)};
    return gat_attention_backward(task, num_threads);
  });
}
