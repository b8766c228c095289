#include "rankwise/dense/routines.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <filesystem>
#include <string>

#include "rankwise/base/errors.hpp"

namespace rankwise::dense {
namespace {

namespace fs = std::filesystem;

class Module {
 public:
  Module() {
    constexpr const char* name = "rankwise-dense.so";
    std::error_code ignored;
    const fs::path program = fs::read_symlink("/proc/self/exe", ignored).parent_path();
    // Beside a program that is not installed; where it is installed; and where the loader looks.
    for (const fs::path& path : {program / name, program / RANKWISE_MODULES_FROM_PROGRAM / name, fs::path(name)}) {
      if (path.has_parent_path() && !fs::exists(path, ignored)) continue;
      handle_ = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
      if (handle_ != nullptr) break;
      throw IoError(fmt::format("linear algebra cannot be loaded: {}", dlerror()));
    }
    routines_ = static_cast<const Routines*>(find("rankwise_dense_routines"));
    if (routines_ != nullptr && std::string(routines_->version) == RANKWISE_VERSION) return;
    throw IoError(fmt::format("{} is of another version of rankwise", name));
  }
  void* find(const char* name) const { return dlsym(handle_, name); }
  [[nodiscard]] const Routines& routines() const { return *routines_; }

 private:
  void* handle_ = nullptr;  // for good: there are threads in it
  const Routines* routines_ = nullptr;
};

const Module& module() {
  static const Module module;
  return module;
}

}  // namespace

const Routines& routines() {
  return module().routines();
}

void* find_routine(const char* name) {
  return module().find(name);
}

}  // namespace rankwise::dense
