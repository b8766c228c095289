// The module that brings BLAS, LAPACK and ScaLAPACK: nothing else of the program is linked to them.
#include <type_traits>

#include "rankwise/dense/routines.hpp"

namespace rankwise::dense {
namespace {

template <class Pointer>
using Pointed = std::remove_pointer_t<Pointer>;

}  // namespace

extern "C" {
Pointed<decltype(Routines::dgemm)> dgemm_;
Pointed<decltype(Routines::dgetrf)> dgetrf_;
Pointed<decltype(Routines::dgetrs)> dgetrs_;
Pointed<decltype(Routines::dtrtri)> dtrtri_;
Pointed<decltype(Routines::dtrsm)> dtrsm_;
Pointed<decltype(Routines::dlacn2)> dlacn2_;
Pointed<decltype(Routines::sys2blacs_handle)> Csys2blacs_handle;
Pointed<decltype(Routines::free_blacs_system_handle)> Cfree_blacs_system_handle;
Pointed<decltype(Routines::blacs_gridinit)> Cblacs_gridinit;
Pointed<decltype(Routines::blacs_gridinfo)> Cblacs_gridinfo;
Pointed<decltype(Routines::blacs_gridexit)> Cblacs_gridexit;
Pointed<decltype(Routines::numroc)> numroc_;
Pointed<decltype(Routines::descinit)> descinit_;
Pointed<decltype(Routines::pdgemm)> pdgemm_;
Pointed<decltype(Routines::pdtran)> pdtran_;
Pointed<decltype(Routines::pdgetrf)> pdgetrf_;
Pointed<decltype(Routines::pdgetrs)> pdgetrs_;
Pointed<decltype(Routines::pdlacpy)> pdlacpy_;
Pointed<decltype(Routines::pdtrtri)> pdtrtri_;
Pointed<decltype(Routines::pdtrsm)> pdtrsm_;
Pointed<decltype(Routines::pdlapiv)> pdlapiv_;

extern const Routines rankwise_dense_routines;
const Routines rankwise_dense_routines{
    .version = RANKWISE_VERSION,
    .dgemm = dgemm_,
    .dgetrf = dgetrf_,
    .dgetrs = dgetrs_,
    .dtrtri = dtrtri_,
    .dtrsm = dtrsm_,
    .dlacn2 = dlacn2_,
    .sys2blacs_handle = Csys2blacs_handle,
    .free_blacs_system_handle = Cfree_blacs_system_handle,
    .blacs_gridinit = Cblacs_gridinit,
    .blacs_gridinfo = Cblacs_gridinfo,
    .blacs_gridexit = Cblacs_gridexit,
    .numroc = numroc_,
    .descinit = descinit_,
    .pdgemm = pdgemm_,
    .pdtran = pdtran_,
    .pdgetrf = pdgetrf_,
    .pdgetrs = pdgetrs_,
    .pdlacpy = pdlacpy_,
    .pdtrtri = pdtrtri_,
    .pdtrsm = pdtrsm_,
    .pdlapiv = pdlapiv_,
};
}

}  // namespace rankwise::dense
