// How many of 5000 points lie in each of 300 polygons, on all ranks and threads; then with OpenMP alone, to compare.
//   cmake --build build/release --target example_containment  (in a project of your own: standalone/CMakeLists.txt)
//   mpiexec -n 2 build/release/apps/examples/example_containment
#include <fmt/format.h>

#include <random>

#include "rankwise/farm/map.hpp"
using namespace rankwise;
using Polygon = std::vector<std::array<double, 2>>;  // its corners

int points_in(const Polygon& p, const Polygon& points) {
  int inside = 0;
  for (const auto& [x, y] : points) {
    bool odd = false;  // times that a ray to the right crosses the border (W. R. Franklin's PNPOLY)
    for (std::size_t i = 0, j = p.size() - 1; i < p.size(); j = i++) {
      const bool crosses = (p[i][1] > y) != (p[j][1] > y);
      odd ^= crosses && x < (p[j][0] - p[i][0]) * (y - p[i][1]) / (p[j][1] - p[i][1]) + p[i][0];
    }
    inside += odd;
  }
  return inside;
}

int main() {
  const ranks::Session session;  // MPI, where mpiexec or srun started this program
  std::mt19937_64 random(1);     // the same points on every rank
  std::uniform_real_distribution<double> number;
  Polygon points(5000);
  for (auto& point : points) point = {number(random), number(random)};
  std::vector<Polygon> polygons(300);  // of 3 to 2000 corners: some take much longer than others
  for (auto& polygon : polygons) polygon.resize(3 + random() % 1998);
  for (auto& polygon : polygons)
    for (auto& corner : polygon) corner = {number(random), number(random)};
  const auto inside = farm::map(session, polygons, [&](const Polygon& polygon) { return points_in(polygon, points); });
  std::vector<int> alone(inside.size());  // nothing but on rank 0
#pragma omp parallel for schedule(dynamic)
  for (std::size_t i = 0; i < alone.size(); ++i) alone[i] = points_in(polygons[i], points);
  fmt::print("{}", alone.empty() ? "" : inside == alone ? "OpenMP alone counts the same\n" : "not the same\n");
}
