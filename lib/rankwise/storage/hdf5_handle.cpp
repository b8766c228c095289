#include "rankwise/storage/hdf5_handle.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "rankwise/storage/input_file.hpp"

namespace rankwise::storage {
namespace {

herr_t keep_deepest(unsigned, const H5E_error2_t* error, void* reason) {
  // Walked upwards: the first is where it happened.
  auto& text = *static_cast<std::string*>(reason);
  if (text.empty() && error->desc != nullptr) text = error->desc;
  return 0;
}

}  // namespace

std::recursive_mutex& Hdf5Lock::mutex() {
  static std::recursive_mutex one;
  return one;
}

Hdf5Lock::Hdf5Lock() : lock_(mutex()) {
  // All that is opened is closed by its handle. What HDF5 would tidy up at exit crashes where a close has failed.
  static const bool prepared = H5dont_atexit() >= 0 && H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr) >= 0;
  static_cast<void>(prepared);
}

std::string hdf5_reason() {
  std::string reason;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_deepest, &reason);
  H5Eclear2(H5E_DEFAULT);
  return reason.empty() ? "HDF5 gives no reason" : reason;
}

Hdf5File open_hdf5_file(const std::string& path) {
  const InputFile readable(path);  // the file system's own reason, where that is what is wrong
  const Hdf5Properties access(H5Pcreate(H5P_FILE_ACCESS));
#if H5_VERSION_GE(1, 10, 7)
  H5Pset_file_locking(access.get(), false, true);
#endif
  Hdf5File file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.get()));
  if (!file.valid()) {
    throw InputError(
        fmt::format("{} cannot be opened as HDF5: {}. It may be damaged or cut short", path, hdf5_reason()));
  }
  return file;
}

std::string name_of_file(hid_t object) {
  std::string name(static_cast<std::size_t>(std::max<ssize_t>(0, H5Fget_name(object, nullptr, 0))), '\0');
  H5Fget_name(object, name.data(), name.size() + 1);
  return name;
}

}  // namespace rankwise::storage
