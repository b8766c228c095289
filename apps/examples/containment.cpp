// Which of 5000 points lie in which of 300 polygons? A polygon is a task: farm::map gives polygons to all ranks and
// threads; then the same with OpenMP alone, on rank 0, to compare.
//   cmake --build build/release --target example_containment  (in a project of your own: standalone/CMakeLists.txt)
//   mpiexec -n 2 build/release/apps/examples/example_containment
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <numbers>
#include <random>

#include "rankwise/farm/map.hpp"
using namespace rankwise;

struct Point {
  double x, y;
};
using Polygon = std::vector<Point>;

// Whether a ray to the right crosses the border an odd number of times (W. R. Franklin's PNPOLY).
bool contains(const Polygon& polygon, Point p) {
  bool inside = false;
  for (std::size_t i = 0, j = polygon.size() - 1; i < polygon.size(); j = i++) {
    const Point a = polygon[i], b = polygon[j];
    if ((a.y > p.y) != (b.y > p.y) && p.x < (b.x - a.x) * (p.y - a.y) / (b.y - a.y) + a.x) inside = !inside;
  }
  return inside;
}

std::vector<std::uint32_t> points_in(const Polygon& polygon, const std::vector<Point>& points) {
  std::vector<std::uint32_t> inside;
  for (std::uint32_t p = 0; p < points.size(); ++p) {
    if (contains(polygon, points[p])) inside.push_back(p);
  }
  return inside;
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

int main() {
  const ranks::Session session;  // MPI, where mpiexec or srun started this program
  std::mt19937_64 random(1);     // the same points and polygons on every rank
  std::uniform_real_distribution<double> anywhere(0, 1);
  std::vector<Point> points(5000);
  for (Point& point : points) point = {anywhere(random), anywhere(random)};
  std::vector<Polygon> polygons(300);  // stars of 3 to 2000 corners: some take much longer than others
  for (Polygon& polygon : polygons) {
    const Point centre{anywhere(random), anywhere(random)};
    polygon.resize(3 + random() % 1998);
    for (std::size_t i = 0; i < polygon.size(); ++i) {
      const double angle = 2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(polygon.size());
      const double radius = 0.02 + 0.1 * anywhere(random);
      polygon[i] = {centre.x + radius * std::cos(angle), centre.y + radius * std::sin(angle)};
    }
  }
  auto begin = std::chrono::steady_clock::now();
  const auto inside = farm::map(session, polygons, [&](const Polygon& polygon) { return points_in(polygon, points); });
  const double with_ranks = seconds_since(begin);
  if (!session.ranks().is_root()) return 0;

  begin = std::chrono::steady_clock::now();
  std::vector<std::vector<std::uint32_t>> alone(polygons.size());
#pragma omp parallel for schedule(dynamic)
  for (std::size_t i = 0; i < polygons.size(); ++i) alone[i] = points_in(polygons[i], points);
  std::size_t pairs = 0;
  for (const auto& some : inside) pairs += some.size();
  fmt::print("{} pairs; {:.3f} s on {} ranks, {:.3f} s with OpenMP on rank 0; {}\n", pairs, with_ranks,
             session.ranks().size(), seconds_since(begin), inside == alone ? "the same" : "not the same");
  return inside == alone ? 0 : 1;
}
