#include <dlfcn.h>

/// For the leak sanitizer: libraries that MPI closes at its end stay, so that what they lost has their names on it (and
/// not `<unknown module>`) and is told from what this program loses.
extern "C" int dlclose(void* /*library*/) {
  return 0;
}
