# Installs the build, then does what a user does: copies the examples, builds them against the installation, runs them.
cmake_minimum_required(VERSION 3.20)

# run(OUTPUT word...): a command that has to succeed.
function(run output)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE out ERROR_VARIABLE errors RESULT_VARIABLE failed)
  if(failed)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\nended with ${failed}:\n${out}${errors}")
  endif()
  set(${output} "${out}" PARENT_SCOPE)
endfunction()

function(expect what text regular_expression)
  if(NOT text MATCHES "${regular_expression}")
    message(FATAL_ERROR "${what}: expected ${regular_expression}, and it is\n${text}")
  endif()
endfunction()

# Staged elsewhere than where it says that it lies: nothing installed may name a path outright.
file(REMOVE_RECURSE ${WORK})
run(log ${CMAKE_COMMAND} -E env DESTDIR=${WORK}/stage ${CMAKE_COMMAND} --install ${BUILD} --prefix /opt/rankwise)
set(prefix ${WORK}/stage/opt/rankwise)

run(version ${prefix}/bin/rankwise --version)
expect("rankwise --version" "${version}" "^rankwise [0-9]+\\.[0-9]+\\.[0-9]+")
run(log bash -c ". ${prefix}/share/bash-completion/completions/rankwise && complete -p rankwise")
expect("the completion" "${log}" "_rankwise rankwise")
# Linear algebra is in a module that is found from where the program is.
run(log ${prefix}/bin/rankwise generate normal --rows 5 --columns 5 --out ${WORK}/a.npy)
run(inverse ${prefix}/bin/rankwise inverse ${WORK}/a.npy --out ${WORK}/x.npy --json)
expect("the inverse" "${inverse}" "\"residual\": [0-9.]+e-1[0-9],")
file(GLOB files LIST_DIRECTORIES ON RELATIVE ${prefix} ${prefix}/share/doc/rankwise/* ${prefix}/*)
list(SORT files)
expect("what is installed" "${files}"
       "^bin;include;lib[^;]*;share;share/doc/rankwise/LICENSE;share/doc/rankwise/README.md$")
file(GLOB_RECURSE package_files ${prefix}/*.cmake)
foreach(file IN LISTS package_files)
  file(STRINGS ${file} absolute_paths REGEX "[\";]/[^\";]")
  expect("absolute paths in ${file}" "${absolute_paths}" "^$")
endforeach()

# A program that includes every header that is installed, besides the examples.
file(COPY ${EXAMPLES}/ DESTINATION ${WORK}/examples)
file(GLOB_RECURSE headers RELATIVE ${prefix}/include ${prefix}/include/*.hpp)
list(TRANSFORM headers REPLACE "(.+)" "#include \"\\1\"\n")
string(CONCAT includes ${headers})
file(WRITE ${WORK}/examples/every_header.cpp "${includes}")
file(GLOB folders RELATIVE ${prefix}/include/rankwise ${prefix}/include/rankwise/*)
list(TRANSFORM folders PREPEND rankwise::)
list(JOIN folders " " folders)
file(APPEND ${WORK}/examples/standalone/CMakeLists.txt
     "add_library(every_header OBJECT ../every_header.cpp)\ntarget_link_libraries(every_header PRIVATE ${folders})\n")

set(build ${WORK}/build)
run(log ${CMAKE_COMMAND} -S ${WORK}/examples/standalone -B ${build} -G ${GENERATOR} -D CMAKE_BUILD_TYPE=Release
        -D CMAKE_PREFIX_PATH=${prefix} -D CMAKE_C_COMPILER=${C_COMPILER} -D CMAKE_CXX_COMPILER=${CXX_COMPILER})
run(log ${CMAKE_COMMAND} --build ${build} --parallel 2)

# The program counts the hits with other code than the example.
run(json ${prefix}/bin/rankwise pi --samples 1000003 --json)
string(JSON hits GET "${json}" hits)
set(three_ranks ${MPIEXEC} ${MPIEXEC_NUMPROC_FLAG} 3)
foreach(launcher IN ITEMS "" "${three_ranks}")
  set(ranks 1)
  if(launcher)
    set(ranks 3)
  endif()
  run(output ${launcher} ${build}/example_pi 1000003)
  expect("pi on ${ranks} ranks" "${output}" "^pi = 3\\.14[0-9]*, ${hits} hits on ${ranks} ranks x [0-9]+ threads\n$")
  foreach(columns IN ITEMS 0 2 10)
    run(output ${launcher} ${build}/example_column_sums ${columns})
    expect("column sums" "${output}" "^${columns} of ${columns} sums are exact on ${ranks} ranks x [0-9]+ threads\n$")
  endforeach()
  foreach(numbers IN ITEMS 0 1 100000)
    run(output ${launcher} ${build}/example_pool_map ${numbers})
    expect("squares" "${output}" "^${numbers} of ${numbers} squares are right on ${ranks} ranks\n$")
  endforeach()
  run(output ${launcher} ${build}/example_containment)
  expect("points in polygons" "${output}" "^OpenMP alone counts the same\n$")
  run(output ${launcher} ${build}/example_your_own_job 1e6)
  expect("the longest chain below 10^6" "${output}" "^837799 takes 524 steps\n$")  # https://oeis.org/A284668
endforeach()
