#pragma once

#include <memory>
#include <string>

#include "apps/rankwise/command.hpp"

/// What commands/NAME.cpp offers to the table.
namespace rankwise::app {

std::unique_ptr<Command> make_columns();
extern const char* const columns_explanation;
std::unique_ptr<Command> make_rows();
extern const char* const rows_explanation;
std::unique_ptr<Command> make_completion();
extern const char* const completion_explanation;
std::unique_ptr<Command> make_convert();
extern const char* const convert_explanation;
std::unique_ptr<Command> make_correlation();
extern const char* const correlation_explanation;
std::unique_ptr<Command> make_crossval();
extern const char* const crossval_explanation;
std::unique_ptr<Command> make_doctor();
extern const char* const doctor_explanation;
std::unique_ptr<Command> make_eval();
extern const char* const eval_explanation;
std::unique_ptr<Command> make_forest();
extern const char* const forest_explanation;
std::unique_ptr<Command> make_generate();
extern const char* const generate_explanation;
std::unique_ptr<Command> make_info();
extern const char* const info_explanation;
std::unique_ptr<Command> make_integrate();
extern const char* const integrate_explanation;
std::unique_ptr<Command> make_inverse();
extern const char* const inverse_explanation;
std::unique_ptr<Command> make_matmul();
extern const char* const matmul_explanation;
std::unique_ptr<Command> make_map();
extern const char* const map_explanation;
std::unique_ptr<Command> make_merge();
extern const char* const merge_explanation;
std::unique_ptr<Command> make_pi();
extern const char* const pi_explanation;
std::unique_ptr<Command> make_search();
extern const char* const search_explanation;
std::unique_ptr<Command> make_solve();
extern const char* const solve_explanation;
std::unique_ptr<Command> make_transform();
extern const char* const transform_explanation;

/// `rankwise 0.1.0`, with `--verbose` what it was built with and runs on.
std::string version_text(bool verbose);

}  // namespace rankwise::app
