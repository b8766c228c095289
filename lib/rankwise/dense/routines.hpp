#pragma once

#include <mpi.h>

// For the sources of this folder alone.
namespace rankwise::dense {

/// What is called of BLAS, LAPACK, BLACS and ScaLAPACK, as Fortran and C have them: integers are 32 bits, matrices lie
/// column by column.
struct Routines {
  const char* version;  ///< of rankwise
  void (*dgemm)(const char* transpose_a, const char* transpose_b, const int* m, const int* n, const int* k,
                const double* alpha, const double* a, const int* lda, const double* b, const int* ldb,
                const double* beta, double* c, const int* ldc);
  void (*dgetrf)(const int* m, const int* n, double* a, const int* lda, int* pivots, int* info);
  void (*dgetrs)(const char* transpose, const int* n, const int* right_sides, const double* a, const int* lda,
                 const int* pivots, double* b, const int* ldb, int* info);
  void (*dtrtri)(const char* triangle, const char* diagonal, const int* n, double* a, const int* lda, int* info);
  void (*dtrsm)(const char* side, const char* triangle, const char* transpose, const char* diagonal, const int* m,
                const int* n, const double* alpha, const double* a, const int* lda, double* b, const int* ldb);
  void (*dlacn2)(const int* n, double* v, double* x, int* signs, double* estimate, int* what_next, int* state);
  int (*sys2blacs_handle)(MPI_Comm communicator);
  void (*free_blacs_system_handle)(int handle);
  void (*blacs_gridinit)(int* context, const char* order, int rows, int columns);
  void (*blacs_gridinfo)(int context, int* rows, int* columns, int* row, int* column);
  void (*blacs_gridexit)(int context);
  int (*numroc)(const int* n, const int* block, const int* process, const int* source, const int* processes);
  void (*descinit)(int* descriptor, const int* m, const int* n, const int* row_block, const int* column_block,
                   const int* row_source, const int* column_source, const int* context, const int* leading, int* info);
  void (*pdgemm)(const char* transpose_a, const char* transpose_b, const int* m, const int* n, const int* k,
                 const double* alpha, const double* a, const int* ia, const int* ja, const int* desc_a, const double* b,
                 const int* ib, const int* jb, const int* desc_b, const double* beta, double* c, const int* ic,
                 const int* jc, const int* desc_c);
  void (*pdtran)(const int* m, const int* n, const double* alpha, const double* a, const int* ia, const int* ja,
                 const int* desc_a, const double* beta, double* c, const int* ic, const int* jc, const int* desc_c);
  void (*pdgetrf)(const int* m, const int* n, double* a, const int* ia, const int* ja, const int* desc_a, int* pivots,
                  int* info);
  void (*pdgetrs)(const char* transpose, const int* n, const int* right_sides, const double* a, const int* ia,
                  const int* ja, const int* desc_a, const int* pivots, double* b, const int* ib, const int* jb,
                  const int* desc_b, int* info);
  void (*pdlacpy)(const char* triangle, const int* m, const int* n, const double* a, const int* ia, const int* ja,
                  const int* desc_a, double* b, const int* ib, const int* jb, const int* desc_b);
  void (*pdtrtri)(const char* triangle, const char* diagonal, const int* n, double* a, const int* ia, const int* ja,
                  const int* desc_a, int* info);
  void (*pdtrsm)(const char* side, const char* triangle, const char* transpose, const char* diagonal, const int* m,
                 const int* n, const double* alpha, const double* a, const int* ia, const int* ja, const int* desc_a,
                 double* b, const int* ib, const int* jb, const int* desc_b);
  void (*pdlapiv)(const char* direction, const char* what, const char* lie_of_pivots, const int* m, const int* n,
                  double* a, const int* ia, const int* ja, const int* desc_a, const int* pivots, const int* ip,
                  const int* jp, const int* desc_pivots, int* integer_work);
};

/// The routines are in a module of their own, which is loaded when they are first needed: OpenBLAS takes threads and
/// memory from the moment it is loaded, and most commands can do without. @throws IoError if it cannot be loaded
const Routines& routines();

/// A function that perhaps only some of the libraries behind the routines have; nullptr where they do not have it.
void* find_routine(const char* name);

}  // namespace rankwise::dense
