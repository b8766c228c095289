#include <fmt/format.h>

#include <algorithm>

#include "apps/rankwise/answer.hpp"
#include "apps/rankwise/checkpoint_options.hpp"
#include "apps/rankwise/commands/commands.hpp"
#include "apps/rankwise/common_options.hpp"
#include "apps/rankwise/invocation.hpp"
#include "apps/rankwise/matrix_output_options.hpp"
#include "apps/rankwise/matrix_words.hpp"
#include "apps/rankwise/plan_report.hpp"
#include "rankwise/base/checked.hpp"
#include "rankwise/matrices/matrix_copy.hpp"
#include "rankwise/matrices/write_matrix.hpp"
#include "rankwise/ranks/agreement.hpp"
#include "rankwise/report/format.hpp"

namespace rankwise::app {
namespace {

class Convert final : public Command {
 public:
  void add_options(CLI::App& app) override {
    app.add_option("source", source_, "FILE[:DATASET]: HDF5, .npy, .csv or .tsv")->required()->type_name("SOURCE");
    add_value(app, "dest", "FILE[:DATASET]", "a new file: .h5 (dataset /x unless named), .npy, .csv or .tsv",
              [this](const std::string& t) { output_.set_destination(t); })
        ->required();
    output_.add_to(app, {.type = "that of SOURCE; f8 where its columns are of several", .layout = "as in SOURCE"});
    add_deliver(app, deliver_);
    app.add_flag("--json", json_, "print one JSON object instead");
    compute_.add_to(app);
    checkpoint_.add_to(app, {.shards = false, .verify = true});
  }

  void check() override { output_.check("convert", checkpoint_); }

  [[nodiscard]] bool may_use_mpi_io() const override { return output_.may_use_mpi_io(); }

  ExitCode run(Invocation& invocation) override {
    ranks::agree(invocation.session().ranks(), [&] {
      if (invocation.is_root() && !compute_.plan && !checkpoint_.resumes()) {
        storage::check_destination(output_.destination(), output_.overwrite());
      }
    });
    report::ProgressDisplay progress({.command = "convert", .mode = compute_.progress, .unit = "B"});
    const engine::Context context = invocation.start(compute_, &progress, checkpoint_);
    const engine::SharedMatrix source = invocation.open(context, source_, deliver_);
    const storage::MatrixInfo& info = source.info();
    const matrices::MatrixCopy copy(source);
    matrices::MatrixToWrite matrix{.destination = output_.destination(),
                                   .overwrite = output_.overwrite(),
                                   .write_by = output_.write_by(),
                                   .names = info.names,
                                   .elements = copy.identity(),
                                   .delivery = source.delivery()};
    ranks::agree(context.ranks(), [&] {
      const auto type = info.types.size() == 1 ? info.types[0] : storage::ElementType::float64;
      matrix.shape = output_.shape(
          {.rows = info.rows, .columns = info.columns, .is_vector = info.is_vector, .contiguous = info.contiguous},
          type);
    });
    matrix.tile = copy.tile(matrix.shape.contiguous);
    const Bytes bytes{matrix.shape.elements() * storage::size_of(matrix.shape.type)};
    progress.set_amount(static_cast<double>(bytes.value));
    warn_of_chunks(invocation, info, matrices::largest_piece(matrix));
    if (compute_.plan) return plan(invocation, context, info, matrix, copy);
    invocation.begin_job(matrices::identity_of(matrix), &info);
    matrix.record = [&](const std::string& digest) { return json_text(record(invocation, info, matrix, digest)); };
    const std::string digest = matrices::write_matrix(context, matrix, copy);
    if (!invocation.is_root()) return ExitCode::done;
    if (json_) {
      answer("{}\n", json_text(record(invocation, info, matrix, digest), 2));
    } else {
      answer("{} → {} {} · {}\n", in_words(info), matrix.destination.file, storage::name_of(matrix.shape.type),
             invocation.layout_line());
      answer("{} in {} · digest {}\n", format_bytes(bytes), report::duration(invocation.seconds()), digest);
    }
    return ExitCode::done;
  }

 private:
  ExitCode plan(const Invocation& invocation, const engine::Context& context, const storage::MatrixInfo& info,
                const matrices::MatrixToWrite& matrix, const matrices::MatrixCopy& copy) {
    engine::PhasePlan phase;
    ranks::agree(context.ranks(), [&] { phase = matrices::plan_to_write(context, matrix, copy); });
    print_plan(invocation,
               {.subject = fmt::format("convert {} to {}", in_words(info), matrix.destination.file),
                .phases = {phase},
                .bytes_to_read = info.stored.value},
               json_);
    return ExitCode::done;
  }

  /// What is written in chunks, or as text, is made chunk by chunk, or line by line, however the source lies.
  static void warn_of_chunks(const Invocation& invocation, const storage::MatrixInfo& info,
                             const storage::ChunkShape& piece) {
    if (!info.chunk) return;
    constexpr std::uint64_t many = 8;
    const std::uint64_t times = divide_up(std::min(info.chunk->rows, info.rows), piece.rows) *
                                divide_up(std::min(info.chunk->columns, info.columns), piece.columns);
    if (times < many) return;
    invocation.note(
        fmt::format("chunks of {} ({} × {}) are read and decoded {} times over, once for each piece of {} × {} that "
                    "takes of them; by "
                    "way of an .npy file, or an .h5 file without chunks, it is faster",
                    info.source, info.chunk->rows, info.chunk->columns, times, piece.rows, piece.columns));
  }

  [[nodiscard]] static nlohmann::ordered_json record(const Invocation& invocation, const storage::MatrixInfo& info,
                                                     const matrices::MatrixToWrite& matrix, const std::string& digest) {
    auto json = invocation.json_head();
    json["digest"] = digest;
    json["input"] = info.source;
    json["description"] = info.description;
    json["out"] = matrix.destination.file;
    json["rows"] = info.rows;
    json["columns"] = info.columns;
    json["dtype"] = storage::name_of(matrix.shape.type);
    return invocation.record(std::move(json), info.identity);
  }

  std::string source_;
  MatrixOutputOptions output_;
  engine::Deliver deliver_ = engine::Deliver::automatic;
  bool json_ = false;
  ComputeOptions compute_;
  CheckpointOptions checkpoint_;
};

}  // namespace

const char* const convert_explanation =
    R"(Values stay what they are, but for --dtype f4, which rounds, and NaN, of which there is one; a type that cannot hold a
value refuses it. Columns of an HDF5 table that are not numbers are left out; text in a CSV is an error. Numbers of a CSV are
float64: integers of 2^53 and more are refused where integers are wanted. Names of columns go along: as the header of a CSV,
as dimension scale of an HDF5 dataset. A CSV's numbers have as many digits as they need to come back the same. A dataset of
one dimension stays one.

Tiles are read and written by all threads of all ranks, also where rows become columns: neither matrix is ever in memory as
a whole. Gzip chunks are inflated and compressed in all threads.

The digest is of type, shape and values, piece by piece: of the same values from a file that is laid out otherwise it may be
another.

Examples:
  rankwise convert table.csv table.h5:/x
  mpiexec -n 2 rankwise convert rows.h5 columns.h5 --layout columns --memory 256M
  rankwise convert matrix.npy small.h5 --gzip 4 --chunk 1000x100 --dtype f4
)";

std::unique_ptr<Command> make_convert() {
  return std::make_unique<Convert>();
}

}  // namespace rankwise::app
