#include "rankwise/storage/hdf5_library.hpp"

#include <fmt/format.h>

#include "rankwise/storage/hdf5_handle.hpp"

namespace rankwise::storage {

void start_hdf5() {
  const Hdf5Lock lock;
  H5open();
}

std::string hdf5_version() {
  const Hdf5Lock lock;
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
#ifdef H5_HAVE_PARALLEL
  const char* kind = ", parallel";
#else
  const char* kind = ", serial";
#endif
  return fmt::format("{}.{}.{}{}", major, minor, release, kind);
}

}  // namespace rankwise::storage
