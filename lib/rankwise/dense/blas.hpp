#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rankwise/base/finding.hpp"

namespace rankwise::dense {

/// Loads BLAS, LAPACK and ScaLAPACK, unless they are there. @throws IoError
void load();

/// From now on BLAS uses so many threads in this process.
void set_blas_threads(int threads);

/// The kernels that OpenBLAS has chosen for this processor, such as Haswell; nothing for another BLAS.
std::optional<std::string> openblas_core();

/// OpenBLAS takes processors that are newer than itself for old ones (0.3.21 uses SSE3 on some that have AVX-512: a
/// fifth of their speed). It looks at OPENBLAS_CORETYPE only when it is loaded.
/// @return what that has to be for this processor; nothing where all is well, or the variable is set
std::optional<std::string> better_openblas_core();

/// Where that is something, starts this program once more with it: the same process, the same command line.
/// @note before MPI starts
void mend_openblas_core();

/// What linear algebra would run on; loads it.
std::vector<Finding> diagnose();

}  // namespace rankwise::dense
