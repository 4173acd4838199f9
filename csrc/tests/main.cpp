// Runs the native tests one after another; built and run under sanitizers by `make sanitize`.
//
// The Python tests compare the kernels with their references on many more inputs. These are here for what only a
// sanitizer sees: reads and writes outside of the buffers, undefined arithmetic, leaks.
#include <cstdio>

void test_scalars();
void test_aggregate_linear();
void test_conversion();
void test_dot_attention();
void test_edge_softmax();
void test_edges_between();
void test_farthest_points();
void test_first_seen();
void test_gat_attention();
void test_gatv2_attention();
void test_distinct_pairs();
void test_gather_rows();
void test_greedy_matching();
void test_nearest_candidates();
void test_sddmm();
void test_segment_mm();
void test_segment_reduce();
void test_sort_columns();
void test_spmm();
void test_take_rows();
void test_traversal();
void test_spspmm();

int main() {
  const struct {
    const char* name;
    void (*run)();
  } tests[] = {
      {"scalars", test_scalars},
      {"aggregate_linear", test_aggregate_linear},
      {"conversion", test_conversion},
      {"dot_attention", test_dot_attention},
      {"edge_softmax", test_edge_softmax},
      {"edges_between", test_edges_between},
      {"farthest_points", test_farthest_points},
      {"first_seen", test_first_seen},
      {"gat_attention", test_gat_attention},
      {"gatv2_attention", test_gatv2_attention},
      {"distinct_pairs", test_distinct_pairs},
      {"gather_rows", test_gather_rows},
      {"greedy_matching", test_greedy_matching},
      {"nearest_candidates", test_nearest_candidates},
      {"sddmm", test_sddmm},
      {"segment_mm", test_segment_mm},
      {"segment_reduce", test_segment_reduce},
      {"sort_columns", test_sort_columns},
      {"spmm", test_spmm},
      {"take_rows", test_take_rows},
      {"traversal", test_traversal},
      {"spspmm", test_spspmm},
  };
  for (const auto& test : tests) {
    std::printf("%s ...", test.name);
    std::fflush(stdout);
    test.run();
    std::printf(" ok\n");
  }
  return 0;
}
