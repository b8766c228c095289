#pragma once

#include <string>
#include <string_view>

namespace rankwise::farm {

/// Which part of a value stands for it, as GNU parallel has it.
enum class Part {
  all,                ///< {}
  without_extension,  ///< {.}   a/b.c -> a/b
  name,               ///< {/}   a/b.c -> b.c
  folder,             ///< {//}  a/b.c -> a; . where there is none
  bare_name,          ///< {/.}  a/b.c -> b
};

std::string part_of(std::string_view value, Part part);

}  // namespace rankwise::farm
