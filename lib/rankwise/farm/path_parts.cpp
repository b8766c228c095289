#include "rankwise/farm/path_parts.hpp"

namespace rankwise::farm {
namespace {

constexpr auto none = std::string_view::npos;

std::string_view without_extension(std::string_view path) {
  const auto dot = path.rfind('.');
  if (dot == none) return path;
  const auto slash = path.rfind('/');
  return slash == none || slash < dot ? path.substr(0, dot) : path;
}

std::string_view name(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == none ? path : path.substr(slash + 1);
}

/// As POSIX's dirname.
std::string_view folder(std::string_view path) {
  const auto end_of_name = path.find_last_not_of('/');
  if (end_of_name == none) return path.empty() ? "." : "/";
  const auto slash = path.rfind('/', end_of_name);
  if (slash == none) return ".";
  const auto end = path.find_last_not_of('/', slash);
  return end == none ? "/" : path.substr(0, end + 1);
}

}  // namespace

std::string part_of(std::string_view value, Part part) {
  switch (part) {
    case Part::all:
      break;
    case Part::without_extension:
      return std::string(without_extension(value));
    case Part::name:
      return std::string(name(value));
    case Part::folder:
      return std::string(folder(value));
    case Part::bare_name:
      return std::string(without_extension(name(value)));
  }
  return std::string(value);
}

}  // namespace rankwise::farm
