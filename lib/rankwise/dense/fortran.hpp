#pragma once

#include <mpi.h>

// For the sources of this folder alone: BLAS, LAPACK, BLACS and ScaLAPACK as Fortran and C have them. Integers are 32
// bits, matrices lie column by column.

extern "C" {

void dgemm_(const char* transpose_a, const char* transpose_b, const int* m, const int* n, const int* k,
            const double* alpha, const double* a, const int* lda, const double* b, const int* ldb, const double* beta,
            double* c, const int* ldc);
void dgetrf_(const int* m, const int* n, double* a, const int* lda, int* pivots, int* info);
void dgetri_(const int* n, double* a, const int* lda, const int* pivots, double* work, const int* size, int* info);
void dgetrs_(const char* transpose, const int* n, const int* right_sides, const double* a, const int* lda,
             const int* pivots, double* b, const int* ldb, int* info);
void dlacn2_(const int* n, double* v, double* x, int* signs, double* estimate, int* what_next, int* state);

int Csys2blacs_handle(MPI_Comm communicator);
void Cfree_blacs_system_handle(int handle);
void Cblacs_gridinit(int* context, const char* order, int rows, int columns);
void Cblacs_gridinfo(int context, int* rows, int* columns, int* row, int* column);
void Cblacs_gridexit(int context);

int numroc_(const int* n, const int* block, const int* process, const int* source, const int* processes);
void descinit_(int* descriptor, const int* m, const int* n, const int* row_block, const int* column_block,
               const int* row_source, const int* column_source, const int* context, const int* leading, int* info);
void Cpdgemr2d(int m, int n, const double* a, int ia, int ja, const int* desc_a, double* b, int ib, int jb,
               const int* desc_b, int context);
void pdgemm_(const char* transpose_a, const char* transpose_b, const int* m, const int* n, const int* k,
             const double* alpha, const double* a, const int* ia, const int* ja, const int* desc_a, const double* b,
             const int* ib, const int* jb, const int* desc_b, const double* beta, double* c, const int* ic,
             const int* jc, const int* desc_c);
void pdtran_(const int* m, const int* n, const double* alpha, const double* a, const int* ia, const int* ja,
             const int* desc_a, const double* beta, double* c, const int* ic, const int* jc, const int* desc_c);
void pdgetrf_(const int* m, const int* n, double* a, const int* ia, const int* ja, const int* desc_a, int* pivots,
              int* info);
void pdgetri_(const int* n, double* a, const int* ia, const int* ja, const int* desc_a, const int* pivots, double* work,
              const int* size, int* integer_work, const int* integer_size, int* info);
void pdgetrs_(const char* transpose, const int* n, const int* right_sides, const double* a, const int* ia,
              const int* ja, const int* desc_a, const int* pivots, double* b, const int* ib, const int* jb,
              const int* desc_b, int* info);
}
