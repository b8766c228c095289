#include "apps/rankwise/command_table.hpp"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "apps/rankwise/commands/commands.hpp"
#include "rankwise/base/nearest_word.hpp"

namespace rankwise::app {

std::span<const CommandEntry> command_table() {
  static const std::array table{
      CommandEntry{"generate", "Data", "random matrices to try things on",
                   "KIND --rows R --columns C --out FILE [options]", generate_explanation, make_generate},
      CommandEntry{"info", "Data", "what is in a file, how it lies there, what reading costs", "SOURCE [options]",
                   info_explanation, make_info},
      CommandEntry{"convert", "Data", "a matrix or table to another format, layout or type", "SOURCE DEST [options]",
                   convert_explanation, make_convert},
      CommandEntry{"columns", "Statistics", "statistics of every column of a matrix or table", "SOURCE [options]",
                   columns_explanation, make_columns},
      CommandEntry{"rows", "Statistics", "statistics of every row of a matrix or table", "SOURCE [options]",
                   rows_explanation, make_rows},
      CommandEntry{"correlation", "Statistics", "correlations or covariances of all pairs of columns",
                   "SOURCE [options]", correlation_explanation, make_correlation},
      CommandEntry{"eval", "Expressions", "an expression on matrices, as NumPy has it, file to file",
                   "EXPRESSION [NAME=SOURCE...] [options]", eval_explanation, make_eval},
      CommandEntry{"transform", "Expressions", "new columns of a table from others, row by row, file to file",
                   "SOURCE ['NAME = EXPRESSION'...] --out FILE [options]", transform_explanation, make_transform},
      CommandEntry{"matmul", "Linear algebra", "the product of two matrices, in the memory of all ranks",
                   "A B --out FILE [options]", matmul_explanation, make_matmul},
      CommandEntry{"inverse", "Linear algebra", "the inverse of a matrix, in the memory of all ranks",
                   "A --out FILE [options]", inverse_explanation, make_inverse},
      CommandEntry{"solve", "Linear algebra", "X with A·X = B, in the memory of all ranks", "A B --out FILE [options]",
                   solve_explanation, make_solve},
      CommandEntry{"crossval", "Models", "scores of a model on data that it has not seen, fold by fold",
                   "MODEL DATA --target NAME | --labels SOURCE [options]", crossval_explanation, make_crossval},
      CommandEntry{"search", "Models", "the parameters of a model that score best, tried on all ranks",
                   "MODEL DATA --target NAME | --labels SOURCE --grid NAME=V1,V2,... [options]", search_explanation,
                   make_search},
      CommandEntry{
          "forest", "Models", "a random forest: grown on a table, asked about another",
          "fit DATA --target NAME --out MODEL.h5 [options]\n       rankwise forest predict MODEL.h5 DATA --out "
          "FILE.csv [options]",
          forest_explanation, make_forest},
      CommandEntry{"pi", "Monte Carlo", "π from random points, to as many digits as you have cores for",
                   "--samples N | --until-error E [options]", pi_explanation, make_pi},
      CommandEntry{"integrate", "Monte Carlo", "an integral over any number of variables, with its standard error",
                   "EXPRESSION --over NAME=A:B... --samples N | --until-error E [options]", integrate_explanation,
                   make_integrate},
      CommandEntry{"map", "Tasks", "a command for each line of a list, on all ranks; goes on after a kill",
                   "[options] COMMAND... < LIST\n       rankwise map [options] COMMAND... ::: VALUE...",
                   map_explanation, make_map},
      CommandEntry{"merge", "Long jobs", "the answer of a whole job from the checkpoints of its shards",
                   "PART... [options]", merge_explanation, make_merge},
      CommandEntry{"doctor", "About this program", "checks where it runs, and says how to mend what is wrong",
                   "[options]", doctor_explanation, make_doctor},
      CommandEntry{"completion", "About this program", "a script that completes commands and options in your shell",
                   "bash", completion_explanation, make_completion},
  };
  return table;
}

const CommandEntry& find_command(std::string_view name) {
  std::vector<std::string> names;
  for (const CommandEntry& entry : command_table()) {
    if (name == entry.name) return entry;
    names.emplace_back(entry.name);
  }
  throw UsageError(
      fmt::format("there is no command '{}'{}; rankwise --help lists them", name, did_you_mean(name, names)));
}

}  // namespace rankwise::app
