# ScaLAPACK::ScaLAPACK with the LAPACK and BLAS that it stands on. Debian has it for each MPI under a name of its own.
find_package(LAPACK QUIET)
find_library(SCALAPACK_LIBRARY NAMES scalapack-openmpi scalapack-mpich scalapack mkl_scalapack_lp64)
mark_as_advanced(SCALAPACK_LIBRARY)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(ScaLAPACK REQUIRED_VARS SCALAPACK_LIBRARY LAPACK_FOUND)
if(ScaLAPACK_FOUND AND NOT TARGET ScaLAPACK::ScaLAPACK)
  add_library(ScaLAPACK::ScaLAPACK INTERFACE IMPORTED)
  set_property(TARGET ScaLAPACK::ScaLAPACK
               PROPERTY INTERFACE_LINK_LIBRARIES ${SCALAPACK_LIBRARY} LAPACK::LAPACK ${CMAKE_DL_LIBS})
endif()
