// Points far from each other: each the farthest from those that were chosen before it.
//
//   out[c, 0] = starts[c]
//   out[c, i] = the point of cloud c, not yet chosen, that is farthest from the nearest of out[c, 0], ..., out[c, i-1];
//               of equals the first
//
//   points (num_clouds, num_points, dim), row-major; starts (num_clouds); out (num_clouds, count)
//
// Distances are squared euclidean, summed in the type of the points, number by number. Points lie in tiles of W side by
// side, so that a step is one pass that computes W distances at once: num_points * dim multiplications, in memory a
// copy of the points and a distance each. Clouds are shared by the threads; where there are fewer, each cloud is, with
// one barrier a step. The same points are chosen for any number of threads. Callers have checked that starts lie in [0,
// num_points), that count <= num_points, and that no number is NaN.
//
// Source: Eldar et al. 1997, The Farthest Point Strategy for Progressive Image Sampling.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>

#include "dispatch.h"
#include "lanes.h"
#include "parallel.h"

namespace weft {

inline int64_t threads_of_team() {
#if defined(_OPENMP)
  return omp_get_num_threads();
#else
  return 1;
#endif
}

// A point and its distance; a cache line for itself, so that threads do not write into each other's.
template <typename T>
struct alignas(64) far_point {
  T distance;
  int64_t point;

  void take(const far_point& other) {
    if (other.distance > distance || (other.distance == distance && other.point < point)) *this = other;
  }
};

// One cloud: its points in tiles, and each point's distance to the nearest that is chosen; -1 for a chosen one, -2 for
// the padding of the last tile.
template <typename T>
class point_cloud {
 public:
  static constexpr int W = native_lanes<T>;
  using lanes = lanes_t<T, W>;
  using ids = lanes_t<int_of<T>, W>;

  point_cloud(int64_t num_points, int64_t dim)
      : num_points_(num_points),
        dim_(dim),
        num_tiles_((num_points + W - 1) / W),
        tiles_(new T[size_t(num_tiles_ * W * dim)]),
        nearest_(new T[size_t(num_tiles_ * W)]) {}

  int64_t num_tiles() const { return num_tiles_; }

  void fill_tiles(const T* points, int64_t first, int64_t last) {
    for (int64_t tile = first; tile < last; ++tile) {
      T* rows = tiles_.get() + tile * W * dim_;
      for (int64_t lane = 0; lane < W; ++lane) {
        const int64_t point = std::min(tile * W + lane, num_points_ - 1);
        for (int64_t k = 0; k < dim_; ++k) rows[k * W + lane] = points[point * dim_ + k];
        nearest_[size_t(tile * W + lane)] = tile * W + lane < num_points_ ? std::numeric_limits<T>::infinity() : T(-2);
      }
    }
  }

  void choose(int64_t point) { nearest_[size_t(point)] = T(-1); }

  // Looks at `centre`, the last chosen point, from the points of some tiles; the farthest of them from all chosen ones.
  far_point<T> look(const T* centre, int64_t first, int64_t last) {
    switch (dim_) {
      case 2: return look_in<2>(centre, first, last);
      case 3: return look_in<3>(centre, first, last);
      default: return look_in<0>(centre, first, last);
    }
  }

 private:
  // Dim is the number of coordinates where the compiler should know it, else 0.
  template <int Dim>
  far_point<T> look_in(const T* centre, int64_t first, int64_t last) {
    const int64_t dim = Dim > 0 ? Dim : dim_;
    lanes best = fill<T, W>(T(-2));
    ids where = fill<int_of<T>, W>(int_of<T>(first));
    for (int64_t tile = first; tile < last; ++tile) {
      const T* rows = tiles_.get() + tile * W * dim;
      lanes sum{};
      for (int64_t k = 0; k < dim; ++k) {
        const lanes step = load<T, W>(rows + k * W) - fill<T, W>(centre[k]);
        sum += step * step;
      }
      T* nearest = nearest_.get() + tile * W;
      const lanes before = load<T, W>(nearest);
      const lanes now = sum < before ? sum : before;
      store<T, W>(nearest, now);
      const auto farther = now > best;
      best = farther ? now : best;
      where = farther ? fill<int_of<T>, W>(int_of<T>(tile)) : where;
    }
    far_point<T> found{T(-3), 0};
    for (int lane = 0; lane < W; ++lane) {
      if constexpr (W == 1) {
        found.take({best, int64_t(where)});
      } else {
        found.take({best[lane], int64_t(where[lane]) * W + lane});
      }
    }
    return found;
  }

  int64_t num_points_, dim_, num_tiles_;
  std::unique_ptr<T[]> tiles_, nearest_;
};

// One cloud, by all threads of a team; `bests` has room for two points a thread.
template <typename T>
void choose_far_points(point_cloud<T>& cloud, const T* points, int64_t start, int64_t dim, int64_t count, int64_t* out,
                       far_point<T>* bests, int64_t me, int64_t team) {
  const int64_t first = cloud.num_tiles() * me / team, last = cloud.num_tiles() * (me + 1) / team;
  cloud.fill_tiles(points, first, last);
  int64_t chosen = start;
  for (int64_t i = 0; i < count; ++i) {
    if (me == 0) out[i] = chosen;
    if (chosen / point_cloud<T>::W >= first && chosen / point_cloud<T>::W < last) cloud.choose(chosen);
    if (i + 1 == count) break;
    // Two sets of places, used by turns: nobody writes where another still reads.
    far_point<T>* places = bests + (i % 2) * team;
    places[me] = cloud.look(points + chosen * dim, first, last);
    if (team > 1) {
#pragma omp barrier
    }
    far_point<T> best = places[0];
    for (int64_t other = 1; other < team; ++other) best.take(places[other]);
    chosen = best.point;
  }
}

template <typename T>
int32_t farthest_points(const T* points, const int64_t* starts, int64_t num_clouds, int64_t num_points, int64_t dim,
                        int64_t count, int64_t* out, int num_threads) {
  if (num_clouds == 0 || count == 0) return ok;
  constexpr int64_t worth_a_thread = 1 << 14;  // numbers of a pass, against the price of a barrier
  const int64_t team = std::max<int64_t>(1, std::min<int64_t>(num_threads, num_points * dim / worth_a_thread));
  if (num_clouds == 1 || (num_clouds < num_threads && team > num_clouds)) {
    std::unique_ptr<far_point<T>[]> bests(new far_point<T>[size_t(2 * team)]);
    point_cloud<T> cloud(num_points, dim);
    for (int64_t c = 0; c < num_clouds; ++c) {
#pragma omp parallel num_threads(int(team))
      choose_far_points(cloud, points + c * num_points * dim, starts[c], dim, count, out + c * count, bests.get(),
                        thread_number(), threads_of_team());
    }
    return ok;
  }
  for_ranges(num_clouds, num_threads, [&](int64_t first, int64_t last) {
    point_cloud<T> cloud(num_points, dim);
    far_point<T> bests[2];
    for (int64_t c = first; c < last; ++c) {
      choose_far_points(cloud, points + c * num_points * dim, starts[c], dim, count, out + c * count, bests, 0, 1);
    }
  });
  return ok;
}

}  // namespace weft
